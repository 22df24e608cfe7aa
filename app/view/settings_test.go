package view

import "testing"

func TestSettings_have_their_heading_in_sight(t *testing.T) {
	b := open(t, ready())
	for name, at := range map[string]string{"Settings": "/settings", "Activity": "/activity"} {
		b.nav(at)
		if h := b.find("heading", name); h == nil || h.tag != "h1" || h.attr["class"] == "sr-only" {
			t.Errorf("%s: %v", name, h)
		}
	}
}

func TestSettings_direct_is_chosen_with_its_risk_in_view(t *testing.T) {
	b := open(t, unmade())
	b.reads("dialog", "Your wallet", "Advanced", "Let this wallet sign every request itself (eth_sign)",
		"Your wallet will sign a number that nobody can read. A dishonest page can empty an account that way. Use an account that holds nothing else.")
	box := b.find("checkbox", "Let this wallet sign every request itself (eth_sign)")
	if box.attr["checked"] == "true" || box.attr["aria-describedby"] != "direct-risk" {
		t.Error(box.attr)
	}
	b.isOrderly()
	b.run(b.page.onDirect)
	if !b.asked("direct true") {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Direct = true })
	if box := b.find("checkbox", "Let this wallet sign every request itself (eth_sign)"); box.attr["checked"] != "true" {
		t.Error("it is not shown as chosen")
	}
	b.reads("group", "Balances", "964.5 CNX") // what pays is the wallet now
	b.run(b.page.onDirect)
	if !b.asked("direct false") {
		t.Error(b.did)
	}
}

func TestSettings_direct_is_no_question_where_wallets_sign_what_is_wanted(t *testing.T) {
	s := unmade()
	s.Network.EIP191, s.Direct = true, true
	b := open(t, s)
	b.reads("dialog", "Your wallet", "This Relay accepts ordinary wallet signatures")
	b.hides("eth_sign")
}

func TestSettings_there_is_no_choice_without_a_task_wallet(t *testing.T) {
	s := connected()
	s.Direct = true
	open(t, s).hides("Advanced", "eth_sign")
}

func TestSettings_lead_to_the_task_wallet(t *testing.T) {
	s := unmade()
	s.Direct = true // then there is no other way
	b := open(t, s)
	b.wants("button: Task wallet")
	b.isOrderly()
}
