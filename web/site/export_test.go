//go:build !js

package site

// Link gives the tests a program as the toolchain wrote it.
var Link = link
