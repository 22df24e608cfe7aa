//go:build !js

package devchain

import "testing"

var (
	rtx4090 = gpu{"NVIDIA GeForce RTX 4090", 24}
	rtx3060 = gpu{"NVIDIA GeForce RTX 3060", 12}
)

const (
	like    = "ff00ff00ff00ff00"
	likeBy4 = "0f00ff00ff00ff00" // 4 bits away
	other   = "0700ff00ff00ff00" // 5 bits away
	another = "00ff00ff00ff00ff"
)

// TestTask_courses plays every course of a task in protocol.md A.7: who gets
// what, which events in which order, what getTask says afterwards.
func TestTask_courses(t *testing.T) {
	const created = "create sd 8 -> Approval 970, creator>Task 30, TaskCreated 1 round 0 n0, TaskCreated 1 round 1 n1, TaskCreated 1 round 2 n2\n"
	committed := func(a, b, c string) string {
		return created +
			"commit n0 " + a + "\ncommit n1 " + b + "\ncommit n2 " + c + " -> CommitmentsReady 1\n"
	}
	courses := []struct{ name, script string }{
		{"all_three_agree", committed(like, like, like) + `
			disclose n1 ` + like + `
			show        -> balance 30, disclosed n1
			disclose n2 ` + like + ` -> Task>n2 10, TaskSuccess 1 ` + like + ` n1
			show        -> balance 20, isSuccess, resultNode n1, disclosed n1+n2
			states      -> n0 busy with 1, n1 busy with 1, n2 available
			disclose n0 ` + like + ` -> Task>n0 10
			show        -> balance 10, isSuccess, resultNode n1, disclosed n1+n2+n0
			uploaded n1 -> Task>n1 10
			show        -> gone
			states      -> n0 available, n1 available, n2 available
			balances    -> creator -30, n0 +10, n1 +10, n2 +10
			counts      -> 1 tasks, 1 successes, 0 aborts`},
		{"upload_reported_before_the_third_discloses", committed(like, like, like) + `
			disclose n0 ` + like + `
			disclose n1 ` + like + ` -> Task>n1 10, TaskSuccess 1 ` + like + ` n0
			uploaded n0 -> Task>n0 10
			show        -> balance 10, isSuccess, resultNode n0, disclosed n0+n1
			try uploaded n0 -> Illegal node status
			disclose n2 ` + like + ` -> Task>n2 10
			show        -> gone
			try uploaded n0 -> Task not exist
			balances    -> creator -30, n0 +10, n1 +10, n2 +10`},
		{"four_bits_apart_is_alike_and_the_first_result_counts", committed(likeBy4, like, like) + `
			disclose n0 ` + likeBy4 + `
			disclose n1 ` + like + ` -> Task>n1 10, TaskSuccess 1 ` + likeBy4 + ` n0`},
		{"third_differs", committed(like, like, another) + `
			disclose n0 ` + like + `
			disclose n1 ` + like + ` -> Task>n1 10, TaskSuccess 1 ` + like + ` n0
			disclose n2 ` + another + ` -> Task>creator 10, Node>owner 400
			show        -> balance 10, isSuccess, resultNode n0, disclosed n0+n1+n2
			states      -> n0 busy with 1, n1 available, n2 quit
			uploaded n0 -> Task>n0 10
			show        -> gone
			balances    -> creator -20, owner +400, Node -400, n0 +10, n1 +10
			counts      -> 1 tasks, 1 successes, 0 aborts`},
		{"second_differs", committed(like, other, like) + `
			disclose n0 ` + like + `
			disclose n1 ` + other + `
			show        -> balance 30, disclosed n0+n1
			disclose n2 ` + like + ` -> Task>n2 10, Task>creator 10, Node>owner 400, TaskSuccess 1 ` + like + ` n0
			show        -> balance 10, resultNode n0, disclosed n0+n1+n2
			states      -> n0 busy with 1, n1 quit, n2 available
			uploaded n0 -> Task>n0 10
			show        -> gone
			balances    -> creator -20, owner +400, Node -400, n0 +10, n2 +10
			counts      -> 1 tasks, 1 successes, 0 aborts`},
		{"first_differs", committed(another, like, like) + `
			disclose n0 ` + another + `
			disclose n1 ` + like + `
			disclose n2 ` + like + ` -> Task>n2 10, Task>creator 10, Node>owner 400, TaskSuccess 1 ` + like + ` n1
			show        -> balance 10, resultNode n1, disclosed n0+n1+n2
			states      -> n0 quit, n1 busy with 1, n2 available
			try uploaded n2 -> Not result round
			uploaded n1 -> Task>n1 10
			show        -> gone
			balances    -> creator -20, owner +400, Node -400, n1 +10, n2 +10`},
		{"three_different_results", committed(like, other, another) + `
			disclose n0 ` + like + `
			disclose n1 ` + other + `
			disclose n2 ` + another + ` -> Task>creator 30, TaskAborted 1 Task result illegal
			show        -> gone
			states      -> n0 available, n1 available, n2 available
			balances    ->
			counts      -> 1 tasks, 0 successes, 1 aborts`},
		{"equal_pictures_of_odd_length_are_never_alike", committed("aabb", "aabb", "aabb") + `
			disclose n0 aabb
			disclose n1 aabb
			disclose n2 aabb -> Task>creator 30, TaskAborted 1 Task result illegal`},
		{"one_error_and_two_equal_results", created + `
			error n1
			commit n0 ` + like + `
			commit n2 ` + like + ` -> CommitmentsReady 1
			disclose n0 ` + like + `
			show        -> balance 30, disclosed n1+n0
			disclose n2 ` + like + ` -> Task>n2 10, Task>creator 10, Node>owner 400, TaskSuccess 1 ` + like + ` n0
			show        -> balance 10, resultNode n0, disclosed n1+n0+n2
			states      -> n0 busy with 1, n1 quit, n2 available
			uploaded n0 -> Task>n0 10
			show        -> gone
			balances    -> creator -20, owner +400, Node -400, n0 +10, n2 +10`},
		{"an_error_report_can_be_what_makes_the_commitments_ready", created + `
			commit n0 ` + like + `
			commit n2 ` + like + `
			error n1 -> CommitmentsReady 1`},
		{"one_error_and_two_different_results", created + `
			error n0
			commit n1 ` + like + `
			commit n2 ` + another + ` -> CommitmentsReady 1
			disclose n1 ` + like + `
			disclose n2 ` + another + ` -> Task>creator 30, TaskAborted 1 Task result illegal
			show        -> gone
			states      -> n0 available, n1 available, n2 available
			balances    ->`},
		{"three_errors", created + `
			error n1
			error n2 -> Task>n2 10, Task>n1 10, TaskAborted 1 Task error reported
			show     -> balance 10, isSuccess, aborted, disclosed n1+n2
			states   -> n0 busy with 1, n1 available, n2 available
			try error n1 -> Already submitted
			try commit n0 ` + like + ` -> Task is aborted
			try disclose n0 ` + like + ` -> Commitments not ready
			try uploaded n0 -> Not result round
			error n0 -> Task>n0 10
			show     -> gone
			balances -> creator -30, n0 +10, n1 +10, n2 +10
			counts   -> 1 tasks, 0 successes, 1 aborts`},
		{"two_errors_and_a_silent_third", created + `
			error n0
			error n1 -> Task>n1 10, Task>n0 10, TaskAborted 1 Task error reported
			try cancel creator -> Task has not exceeded the deadline yet
			until deadline 1
			cancel creator -> Task>creator 10
			show     -> gone
			states   -> n0 available, n1 available, n2 available
			balances -> creator -20, n0 +10, n1 +10
			counts   -> 1 tasks, 0 successes, 1 aborts`},
		{"two_errors_after_the_third_committed", created + `
			commit n2 ` + like + `
			error n0
			error n1 -> Task>n1 10, Task>n0 10, TaskAborted 1 Task error reported, Task>creator 10, Node>owner 400
			show     -> gone
			states   -> n0 available, n1 available, n2 quit
			balances -> creator -20, owner +400, Node -400, n0 +10, n1 +10
			counts   -> 1 tasks, 0 successes, 1 aborts`},
		{"nothing_happens_and_the_creator_cancels", created + `
			until deadline 0
			try cancel creator -> Task has not exceeded the deadline yet
			until deadline 1
			cancel creator -> Task>creator 30, TaskAborted 1 Task Cancelled
			show     -> gone
			states   -> n0 available, n1 available, n2 available
			balances ->
			counts   -> 1 tasks, 0 successes, 0 aborts
			try cancel creator -> Task not exist
			try commit n0 ` + like + ` -> Task not exist`},
		{"too_little_happens_and_a_node_cancels", created + `
			commit n0 ` + like + `
			error n1
			wait 901
			try cancel stranger -> Unauthorized to cancel task
			cancel n2 -> Task>creator 30, TaskAborted 1 Task Cancelled
			show     -> gone
			states   -> n0 available, n1 available, n2 available
			balances ->`},
		{"the_deadline_does_nothing_by_itself", created + `
			wait 5000
			show     -> balance 30
			commit n0 ` + like + `
			commit n1 ` + like + `
			commit n2 ` + like + ` -> CommitmentsReady 1
			disclose n0 ` + like + `
			disclose n1 ` + like + ` -> Task>n1 10, TaskSuccess 1 ` + like + ` n0`},
		{"cancelled_after_success_without_the_third_and_the_upload", committed(like, like, like) + `
			disclose n0 ` + like + `
			disclose n1 ` + like + ` -> Task>n1 10, TaskSuccess 1 ` + like + ` n0
			wait 901
			cancel creator -> Task>creator 20, TaskAborted 1 Task Cancelled
			show     -> gone
			states   -> n0 available, n1 available, n2 available
			balances -> creator -10, n1 +10
			counts   -> 1 tasks, 1 successes, 0 aborts`},
		{"cancelled_after_success_without_the_upload", committed(like, like, like) + `
			disclose n0 ` + like + `
			disclose n1 ` + like + ` -> Task>n1 10, TaskSuccess 1 ` + like + ` n0
			disclose n2 ` + like + ` -> Task>n2 10
			wait 901
			cancel n1 -> Task>creator 10, TaskAborted 1 Task Cancelled
			balances -> creator -20, n1 +10, n2 +10`},
		{"an_explicit_error_commitment_can_never_be_disclosed", created + `
			commit n0 0x01
			commit n1 ` + like + `
			commit n2 ` + like + ` -> CommitmentsReady 1
			try disclose n0 ` + like + ` -> Mismatch result and commitment
			try error n0 -> Already submitted`},
		{"two_error_commitments_are_not_ready", created + `
			commit n0 0x01
			commit n1 0x01
			commit n2 ` + like},
		{"commitment_zero_leaves_the_slot_open_but_uses_the_nonce", created + `
			commit n0 0x00
			try commit n0 ` + like + ` -> Nonce already used
			commit n0 ` + like + ` fresh
			try disclose n0 ` + like + ` -> Commitments not ready`},
		{"nodes_that_asked_to_leave_do_so_when_their_task_ends", created + `
			pause n0
			quit n1
			states -> n0 pending pause with 1, n1 pending quit with 1, n2 busy with 1
			try pause n0 -> Illegal node status
			try quit n0 -> Illegal node status
			try quit n1 -> Illegal node status
			error n0
			error n1 -> Task>n1 10, Node>n1 400, Task>n0 10, TaskAborted 1 Task error reported
			states -> n0 paused, n1 quit, n2 busy with 1
			try resume n2 -> Illegal node status
			resume n0
			states -> n0 available, n1 quit, n2 busy with 1
			pause n0
			states -> n0 paused, n1 quit, n2 busy with 1
			quit n0 -> Node>n0 400
			try quit n0 -> Illegal node status
			try resume n0 -> Illegal node status
			balances -> creator -30, Task +10, Node -800, n0 +410, n1 +410`},
		{"a_new_fee_is_what_running_tasks_pay_out", committed(like, like, like) + `
			fee 20
			disclose n0 ` + like + `
			disclose n1 ` + like + ` -> Task>n1 20, TaskSuccess 1 ` + like + ` n0
			try disclose n2 ` + like + ` -> panic 0x11
			try uploaded n0 -> panic 0x11
			show -> balance 10, isSuccess, resultNode n0, disclosed n0+n1`},
	}
	for _, course := range courses {
		t.Run(course.name, func(t *testing.T) {
			newStage(t, rtx4090, rtx4090, rtx4090).play(course.script)
		})
	}
}

// TestTask_texts_must_be_equal: the rules for GPT know no "nearly".
func TestTask_texts_must_be_equal(t *testing.T) {
	const created = "create gpt 8 -> Approval 970, creator>Task 30, TaskCreated 1 round 0 n0, TaskCreated 1 round 1 n1, TaskCreated 1 round 2 n2\n"
	t.Run("one_bit_apart", func(t *testing.T) {
		newStage(t, rtx4090, rtx4090, rtx4090).play(created + `
			commit n0 aabbcc
			commit n1 aabbcd
			commit n2 aabbcd -> CommitmentsReady 1
			disclose n0 aabbcc
			disclose n1 aabbcd
			disclose n2 aabbcd -> Task>n2 10, Task>creator 10, Node>owner 400, TaskSuccess 1 aabbcd n1
			uploaded n1 -> Task>n1 10
			show -> gone`)
	})
	t.Run("two_errors", func(t *testing.T) {
		newStage(t, rtx4090, rtx4090, rtx4090).play(created + `
			error n0
			error n1 -> Task>n1 10, Task>n0 10, TaskAborted 1 Task error reported`)
	})
}

// TestTask_hazards plays what goes wrong when nodes of a finished task already
// work on the next one (protocol.md A.5, A.7).
func TestTask_hazards(t *testing.T) {
	// n1 and n2 are free while the result node n0 has not reported its upload.
	// With n3 they are all the nodes there are, so the second task gets them.
	const finished = `
		create sd 0 -> Approval 970, creator>Task 30, TaskCreated 1 round 0 n0, TaskCreated 1 round 1 n1, TaskCreated 1 round 2 n2
		commit n0 ` + like + `
		commit n1 ` + like + `
		commit n2 ` + like + ` -> CommitmentsReady 1
		disclose n0 ` + like + `
		disclose n1 ` + like + ` -> Task>n1 10, TaskSuccess 1 ` + like + ` n0
		disclose n2 ` + like + ` -> Task>n2 10
		try create sd 8 -> no revert
	`
	t.Run("cancel_frees_the_nodes_of_another_task", func(t *testing.T) {
		s := newStage(t, rtx4090, rtx4090, rtx4090, rtx4090)
		s.play(finished)
		s.act([]string{"create", "sd", "8"})
		s.play(`
			states -> n0 busy with 1, n1 busy with 2, n2 busy with 2, n3 busy with 2
			wait 901
			task 1
			cancel creator -> Task>creator 10, TaskAborted 1 Task Cancelled
			states -> n0 available, n1 available, n2 available, n3 busy with 2
			task 2
			error n1
			try error n2 -> Illegal node status`)
	})
	t.Run("a_finished_task_stays_when_its_nodes_are_busy_again", func(t *testing.T) {
		s := newStage(t, rtx4090, rtx4090, rtx4090, rtx4090)
		s.play(finished)
		s.act([]string{"create", "sd", "8"})
		s.play(`
			task 1
			uploaded n0 -> Task>n0 10
			show -> balance 0, isSuccess, resultNode n0, disclosed n0+n1+n2
			try uploaded n0 -> panic 0x11
			states -> n0 available, n1 busy with 2, n2 busy with 2, n3 busy with 2
			wait 901
			task 2
			cancel n3 -> Task>creator 30, TaskAborted 2 Task Cancelled
			task 1
			show -> balance 0, isSuccess, resultNode n0, disclosed n0+n1+n2`)
	})
}

// TestTask_receipt_has_one_log_less_with_an_infinite_allowance: a page must
// look for TaskCreated by topic, never by index.
func TestTask_receipt_has_one_log_less_with_an_infinite_allowance(t *testing.T) {
	s := newStage(t, rtx4090, rtx4090, rtx4090)
	s.approve(s.creator, s.task, maxAmount)
	s.play("create sd 8 -> creator>Task 30, TaskCreated 1 round 0 n0, TaskCreated 1 round 1 n1, TaskCreated 1 round 2 n2")
	if left := s.view(TokenABI(), s.token, "allowance", s.creator, s.task)[0]; left.(interface{ String() string }).String() != maxAmount.String() {
		t.Errorf("allowance became %v", left)
	}
}
