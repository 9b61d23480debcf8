package llama

import (
	"reflect"
	"testing"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// The binding mirrors llama.cpp's structs by hand. A field too many or too few
// shifts all that follow, and what we set would land elsewhere: so each default
// that the library returns is compared with the one in the release's source.
func TestTheLibraryReturnsTheReleasesDefaults(t *testing.T) {
	openLibrary(t)
	tests := []struct {
		name      string
		got, want any
	}{
		{"model", yzma.ModelDefaultParams(), yzma.ModelParams{
			NGpuLayers:    -1, // all
			SplitMode:     yzma.SplitModeLayer,
			LoadMode:      yzma.LoadModeAuto,
			LazyMode:      yzma.LazyModeAuto,
			UseExtraBufts: 1,
		}},
		{"context", yzma.ContextDefaultParams(), yzma.ContextParams{
			NCtx:               512,
			NBatch:             2048,
			NUbatch:            512,
			NSeqMax:            1,
			NOutputsMaxPerSeq:  1,
			NThreads:           4,
			NThreadsBatch:      4,
			RopeScalingType:    yzma.RopeScalingTypeUnspecified,
			PoolingType:        yzma.PoolingTypeUnspecified,
			AttentionType:      yzma.AttentionTypeUnspecified,
			FlashAttentionType: yzma.FlashAttentionTypeAuto,
			YarnExtFactor:      -1,
			YarnAttnFactor:     -1,
			YarnBetaFast:       -1,
			YarnBetaSlow:       -1,
			DefragThold:        -1,
			TypeK:              yzma.GGMLTypeF16,
			TypeV:              yzma.GGMLTypeF16,
			Offload_kqv:        1,
			NoPerf:             1,
			OpOffload:          1,
			SwaFull:            1,
		}},
		{"sampler chain", yzma.SamplerChainDefaultParams(), yzma.SamplerChainParams{NoPerf: 1}},
		{"quantize", yzma.ModelQuantizeDefaultParams(), yzma.ModelQuantizeParams{
			Ftype:                yzma.FtypeMostlyQ8_0,
			OutputTensorType:     int32(yzma.GGMLTypeCOUNT),
			TokenEmbeddingType:   int32(yzma.GGMLTypeCOUNT),
			QuantizeOutputTensor: 1,
			MaxBufSize:           8 << 30,
		}},
	}
	for _, test := range tests {
		got, want := reflect.ValueOf(test.got), reflect.ValueOf(test.want)
		for i := range got.NumField() {
			if g, w := got.Field(i).Interface(), want.Field(i).Interface(); g != w {
				t.Errorf("%s parameters: %s is %v, the release has %v", test.name, got.Type().Field(i).Name, g, w)
			}
		}
	}
}
