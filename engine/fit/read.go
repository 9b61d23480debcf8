package fit

import (
	"os"
	"strings"

	"notso/engine"
)

// hugePages says for which memory Linux has pages of 2 MiB: "always", "madvise" for
// what asks for them, "never"; "" where nobody knows of such pages.
func hugePages() string {
	text, _ := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled") // "always [madvise] never"
	_, rest, _ := strings.Cut(string(text), "[")
	chosen, _, _ := strings.Cut(rest, "]")
	return chosen
}

// roundedBytes is what a worker takes more where its buffers lie in pages of 2 MiB,
// which are rarely full: those that it asks for (see engine/worker), or all.
func roundedBytes() int64 {
	switch hugePages() {
	case "always":
		return 17 << 20
	case "madvise":
		return 12 << 20
	}
	return 0
}

// Reads tells whether the engine reads weights that stay on the CPU into memory of
// its own, rather than map their file: where Linux has huge pages for such memory,
// which makes decoding 3 to 10 % faster, and Reserve stays free of so many available
// bytes, 0 unknown. What is mapped the system can take back when it runs short.
func Reads(n engine.Need, available int64) bool {
	if available == 0 || n.Total()+Reserve(available) > available {
		return false
	}
	pages := hugePages()
	return pages == "always" || pages == "madvise"
}

// Read is what a model takes whose weights are read: there is no mapped original
// beside those that are repacked.
func Read(n engine.Need) engine.Need {
	n.Repacked = 0
	return n
}
