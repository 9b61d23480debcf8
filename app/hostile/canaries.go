package hostile

import "strings"

// Canaries are texts that would run the script call, each where another part of
// the window could fail to hold it.
func Canaries(call string) (list []string) {
	for _, pattern := range []string{
		`<script>CANARY</script>`, `<img src=x onerror="CANARY">`, `<svg onload="CANARY">`, `<svg><script>CANARY</script></svg>`,
		`[x](javascript:CANARY)`, `<a href="javascript:CANARY" autofocus onfocus="CANARY">x</a>`, `[x](java&Tab;script:CANARY)`,
		`<iframe srcdoc="<script>parent.CANARY</script>"></iframe>`, `<iframe src="javascript:parent.CANARY"></iframe>`,
		`<details open ontoggle="CANARY">x</details>`, `<input autofocus onfocus="CANARY">`, `<video><source onerror="CANARY"></video>`,
		`<style>@keyframes x{}</style><p style="animation-name:x" onanimationstart="CANARY">x</p>`, `<template><script>CANARY</script></template>`,
		`<meta http-equiv=refresh content="0;url=javascript:CANARY">`, `<base href="https://x.example/"><form action="javascript:CANARY"><input type=submit>`,
		`<meta http-equiv=refresh content="0;url=https://x.example/">`, `<p hx-post="/chats" hx-trigger="load" hx-on:click="CANARY">x</p>`,
		`<p data-behaviour="composer draft palette">x</p>`, `<noscript><p title="</noscript><img src=x onerror=CANARY>">`,
		"$\\href{javascript:CANARY}{x}$ and $$\\htmlData{x=\"><img src=x onerror=CANARY>}{y}$$",
		"```mermaid\nflowchart TD\n  a[\"<img src=x onerror='CANARY'>\"] --> b\n  click b call alert(1)\n  click a href \"javascript:CANARY\"\n```",
		"```\"><script>CANARY</script>\n</code></pre><script>CANARY</script>\n```", "| <script>CANARY</script> |\n|--|\n| <img src=x onerror=CANARY> |",
	} {
		list = append(list, strings.ReplaceAll(pattern, "CANARY", call))
	}
	return list
}

// ToolCall is a reply in which a model hands text to a tool, as it writes that.
func ToolCall(text string) string {
	return "<tool_call>\n{\"name\": \"look_up\", \"arguments\": {\"what\": \"" + text + "\"}}\n</tool_call>"
}
