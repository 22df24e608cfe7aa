// Package archive is the file in which everything that a browser keeps for this page
// leaves it, and comes back.
//
//	head, err := w.Add(archive.Name(archive.Job, id, "json"), record) // for each record; then w.End()
//	contents, err := archive.Read(source)                             // all that is wrong with it is an *Error
//
// It is a ZIP archive whose entries are stored as they are, so that any program of
// that kind shows what is in it; docs/export.md describes it. A passphrase puts an
// envelope around the whole (see [Envelope]). Read takes a file for what it is, written
// by anybody: it refuses every byte that Writer would have written otherwise.
package archive
