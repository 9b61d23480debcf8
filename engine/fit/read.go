package fit

import (
	"bytes"
	"os"

	"notso/engine"
)

// hugePages is where Linux says for which memory it has pages of 2 MiB.
const hugePages = "/sys/kernel/mm/transparent_hugepage/enabled"

// roundedBytes is what a worker takes more because pages of 2 MiB are rarely full.
const roundedBytes = 6 << 20

// Reads tells whether the engine reads weights that stay on the CPU into memory of
// its own, rather than map their file: where Linux has huge pages for such memory,
// which makes decoding 3 to 10 % faster, and Reserve stays free of so many available
// bytes, 0 unknown. What is mapped the system can take back when it runs short.
func Reads(n engine.Need, available int64) bool {
	if available == 0 || n.Total()+Reserve(available) > available {
		return false
	}
	enabled, err := os.ReadFile(hugePages) // "always [madvise] never"
	return err == nil && !bytes.Contains(enabled, []byte("[never]"))
}

// Read is what a model takes whose weights are read: there is no mapped original
// beside those that are repacked.
func Read(n engine.Need) engine.Need {
	n.Repacked = 0
	n.Process += roundedBytes
	return n
}
