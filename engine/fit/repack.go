package fit

import (
	"runtime"

	"golang.org/x/sys/cpu"

	"notso/engine/gguf"
)

// repackedBytes is the copy that ggml makes of weights whose rows it interleaves
// for this processor's vector instructions, eight at a time. The mapped originals
// are not read again, so the system can drop them.
func repackedBytes(f *gguf.File) (total int64) {
	const rows = 8
	for _, t := range f.Tensors {
		if t.Name != "token_embd.weight" && len(t.Dims) > 1 && t.Dims[1]%rows == 0 && interleaves(t.Type.String()) {
			total += int64(t.Size)
		}
	}
	return total
}

// interleaves follows ggml_repack_get_optimal_repack_type of llama.cpp v0.4.0.
func interleaves(kind string) bool {
	switch runtime.GOARCH {
	case "amd64":
		switch kind {
		case "Q4_0", "Q4_K", "IQ4_NL", "MXFP4":
			return cpu.X86.HasAVX2
		case "Q2_K":
			return cpu.X86.HasAVX512
		}
	case "arm64":
		switch kind {
		case "Q4_0", "Q4_K", "Q5_K", "Q6_K", "Q8_0", "IQ4_NL", "MXFP4":
			return cpu.ARM64.HasASIMDDP || runtime.GOOS == "darwin"
		}
	}
	return false
}
