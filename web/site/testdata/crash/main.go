// A program that ends at once, as a page does by a bug.
package main

func main() { panic("the bug in the test") }
