package llama

const libcName = "libc.so.6"
