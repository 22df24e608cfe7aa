package widget

// Gate counts the messages of a host. So many may come at once, and so many more
// each second; a host that goes beyond is not listened to any more, until the
// frame is loaded anew. The zero Gate is open.
type Gate struct {
	used int   // in thousandths of a message
	at   int64 // when that was so, in unix milliseconds
	shut bool
}

const (
	mostAtOnce    = 60
	mostPerSecond = 10
)

// Pass lets one message through; at is the time in unix milliseconds. told is true
// for the one message that shut the gate: then the host is told, and never again.
func (g *Gate) Pass(at int64) (ok, told bool) {
	if g.shut {
		return false, false
	}
	if passed := at - g.at; passed > 0 { // a clock that went back changes nothing
		g.used = max(0, g.used-int(min(passed, 60_000))*mostPerSecond)
		g.at = at
	}
	if g.used += 1000; g.used > mostAtOnce*1000 {
		g.shut = true
		return false, true
	}
	return true, false
}
