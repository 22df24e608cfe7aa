package chain

import "context"

// Stats are the figures of the whole network.
type Stats struct {
	Nodes, FreeNodes        uint64
	Created, Done, Abandons uint64 // tasks; cancelled ones count as neither done nor abandoned
	GPUs                    []GPU  // kinds with at least one free node
}

// GPU is a kind of graphics card.
type GPU struct {
	Name string // as the nodes' owners wrote it
	VRAM uint64 // GB
}

// Stats asks the Node and Task contracts. One request.
func (c *Client) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	var r reads
	number := func(place *uint64) take { return into(place, returned((*tuple).uint64)) }
	r.view(number(&s.Nodes), c.contracts.Node, totalNodes.with())
	r.view(number(&s.FreeNodes), c.contracts.Node, availableNodes.with())
	r.view(number(&s.Created), c.contracts.Task, totalTasks.with())
	r.view(number(&s.Done), c.contracts.Task, totalSuccessTasks.with())
	r.view(number(&s.Abandons), c.contracts.Task, totalAbortedTasks.with())
	r.view(into(&s.GPUs, returned(readGPUs)), c.contracts.Node, getAvailableGPUs.with())
	err := r.run(ctx, c.reader)
	return s, err
}

func readGPUs(t *tuple) []GPU {
	return elements(t, mostNodes, func(t *tuple) GPU {
		gpu := t.tail()
		return GPU{Name: gpu.text(), VRAM: gpu.uint64()}
	})
}
