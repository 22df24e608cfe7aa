//go:build !js

package site

import (
	"errors"
	"html"
	"regexp"
	"strings"

	"crynux-dapp/app"
)

// policy is the page's Content-Security-Policy. WebAssembly needs 'wasm-unsafe-eval',
// which allows nothing else. Pictures are the site's own, results (blob:) and the
// icons of wallets (data:, EIP-6963).
//
// A meta tag cannot say frame-ancestors: top.js hides the page in a frame, and
// _headers says it where a host sends headers.
func policy(c app.Config, anyNetwork bool) string {
	connect := append([]string{"'self'"}, c.Origins()...)
	if anyNetwork {
		connect = []string{"'self'", "https:", "http://127.0.0.1:*", "http://localhost:*"}
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' 'wasm-unsafe-eval'",
		"style-src 'self'",
		"img-src 'self' blob: data:",
		"connect-src " + strings.Join(connect, " "),
		"worker-src 'self'",
		"manifest-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types crynux",
	}, "; ")
}

// policyTag is the place of the policy in index.html.
var policyTag = regexp.MustCompile(`(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)`)

// WithConfig is index.html with a policy that allows what another config.json
// names.
func WithConfig(page []byte, c app.Config) ([]byte, error) {
	if !policyTag.Match(page) {
		return nil, errors.New("index.html has no Content-Security-Policy")
	}
	return policyTag.ReplaceAll(page, []byte("${1}"+html.EscapeString(policy(c, false))+"${2}")), nil
}
