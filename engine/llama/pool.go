package llama

import (
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
	yzma "github.com/hybridgroup/yzma/pkg/llama"
	"github.com/hybridgroup/yzma/pkg/loader"
	"github.com/jupiterrider/ffi"
)

// pools makes threads that stay from one batch to the next. Left to itself
// llama.cpp makes them anew for each batch: a small model loses 1 to 2 % of a
// token's time, and beside busy programs half of it, since a new thread waits
// longer for a core than one that wakes. The functions are the CPU backend's, of
// which the one is loaded that suits the machine, so they are asked for by name.
type pools struct {
	make, free uintptr
}

// pool is threads that compute for one context.
type pool struct {
	handle uintptr // 0: not made yet
	size   int     // threads, the caller's own among them
	used   bool    // by the context's batches
}

// poolPolling is how long idle threads of a pool look for work before they sleep,
// in units of 131,072 looks, 1 to 5 ms: longer than the program needs between two
// tokens, and short beside the time for which a reply makes the machine busy.
const poolPolling = 1

// poolParams is ggml_threadpool_params of the Release.
type poolParams struct {
	cores    [512]bool // none: any
	threads  int32
	priority int32 // 0: the process's
	polling  uint32
	strict   bool
	paused   bool
}

// findPools returns none where no backend computes on the processor, or where it
// has another way to its threads: then they are made for each batch.
func findPools(dir string) (pools, error) {
	base, err := ffi.Load(loader.GetLibraryFilename(dir, "ggml-base"))
	if err != nil {
		return pools{}, err
	}
	find, err := base.Get("ggml_backend_reg_get_proc_address")
	if err != nil {
		return pools{}, err
	}
	for i := range yzma.GGMLBackendDeviceCount() {
		device := yzma.GGMLBackendDeviceGet(i)
		if yzma.GGMLBackendDevType(device) != yzma.GGMLBackendDeviceTypeCPU {
			continue
		}
		backend := uintptr(yzma.GGMLBackendDeviceBackendReg(device))
		function := func(name string) uintptr {
			text := append([]byte(name), 0)
			address, _, _ := purego.SyscallN(find, backend, uintptr(unsafe.Pointer(&text[0])))
			runtime.KeepAlive(text)
			return address
		}
		p := pools{function("ggml_threadpool_new"), function("ggml_threadpool_free")}
		if p.make != 0 && p.free != 0 {
			return p, nil
		}
	}
	return pools{}, nil
}

// SetThreads sets how many threads evaluate the next batches. Several come from the
// context's pool, if they are no more than it was made for: one needs none, and
// llama.cpp makes more than that by itself.
func (c *Context) SetThreads(n int) {
	pooled := n > 1 && n <= c.pool.size
	if pooled && c.pool.handle == 0 {
		c.pool.handle = c.library.pools.open(c.pool.size)
	}
	if pooled = pooled && c.pool.handle != 0; pooled != c.pool.used {
		if c.pool.used = pooled; pooled {
			yzma.AttachThreadpool(c.handle, c.pool.handle, c.pool.handle)
		} else {
			yzma.DetachThreadpool(c.handle) // its threads sleep
		}
	}
	yzma.SetNThreads(c.handle, int32(n), int32(n))
}

// open starts size threads less one, which the caller of Decode is; 0 where there
// are none to be had.
func (p pools) open(size int) (handle uintptr) {
	if p.make == 0 {
		return 0
	}
	params := poolParams{threads: int32(size), polling: poolPolling}
	handle, _, _ = purego.SyscallN(p.make, uintptr(unsafe.Pointer(&params)))
	runtime.KeepAlive(&params)
	return handle
}

// closePool ends the threads of a context that is freed, as that may still know of
// them before.
func (c *Context) closePool() {
	if c.pool.handle != 0 {
		purego.SyscallN(c.library.pools.free, c.pool.handle)
	}
	c.pool = pool{}
}
