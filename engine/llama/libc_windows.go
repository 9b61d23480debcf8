package llama

const libcName = "ucrtbase.dll"
