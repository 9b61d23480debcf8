package fit

// What a token costs on a CPU, measured with two Zen 4 cores. Reading the weights
// is nearly all of it for a large model, and less than half for a small one.
const (
	// memoryShare is how much of the memory's speed decoding reaches: 0.96 was
	// measured with SmolLM3-3B.
	memoryShare = 0.95

	// layerCost is what starting the work of a layer takes, in seconds: 22 to 42 µs
	// were measured with 64 layers of next to no weights.
	layerCost = 30e-6

	// entryCost is what drawing from the vocabulary takes, in seconds for each
	// token of it: 8 ns where the likeliest is taken, 80 ns where all are about as
	// likely and have to be sorted; 50 ns for what models say.
	entryCost = 50e-9
)

// Speed is how many tokens a second a CPU writes whose memory reads so many bytes
// a second, when each token takes that many bytes of weights and so many layers,
// and is drawn from a vocabulary of that size.
func Speed(bytes, layers float64, vocabulary int, bytesPerSecond float64) float64 {
	seconds := bytes/(memoryShare*bytesPerSecond) + layers*layerCost + float64(vocabulary)*entryCost
	return 1 / seconds
}
