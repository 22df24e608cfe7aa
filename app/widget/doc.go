// Package widget is what three windows say to each other: the page of a host
// that embeds us, the frame of ours in it, and a tab of ours in which a person
// pays. It holds words and limits only; the windows are ports of package app.
//
//	m, err := widget.Decode(text, widget.Host) // what came from the host's window
//	text := widget.Encode(widget.ReadyNow, nonce, widget.Modes{…})
//
// A message is JSON text: a version, a type, the nonce of the handshake and a
// body. Whoever receives one has already seen from which window and origin it
// came; nothing that a message says of itself is believed for that.
package widget
