package llama

const libcName = "/usr/lib/libSystem.B.dylib"
