package library

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

//go:embed catalogue.schema.json
var schemaJSON []byte

func TestTheCatalogueFollowsItsSchema(t *testing.T) {
	if faults := schemaFaults(t, catalogueJSON); len(faults) > 0 {
		t.Errorf("catalogue.json: %s", strings.Join(faults, "\n"))
	}
	for name, damage := range map[string][2]string{
		"an unknown key":      {`"thinks"`, `"drinks"`},
		"a short checksum":    {`"sha256": "8334b850`, `"sha256": "`},
		"a path for a file":   {`"file": "SmolLM3-Q4_K_M.gguf"`, `"file": "../SmolLM3-Q4_K_M.gguf"`},
		"a size in words":     {`"size": 1915305312`, `"size": "2 GB"`},
		"a repository's link": {`"ggml-org/SmolLM3-3B-GGUF"`, `"https://hub/ggml-org/SmolLM3-3B-GGUF"`},
	} {
		if len(schemaFaults(t, []byte(strings.Replace(string(catalogueJSON), damage[0], damage[1], 1)))) == 0 {
			t.Errorf("%s passes the schema", name)
		}
	}
}

func TestTheCatalogueNamesEachThingOnce(t *testing.T) {
	ids, files := map[string]bool{}, map[string]bool{}
	for _, e := range BuiltIn().Models {
		if ids[e.ID] {
			t.Errorf("%s is listed twice", e.ID)
		}
		ids[e.ID] = true
		for _, f := range e.Files {
			if files[strings.ToLower(f.File)] {
				t.Errorf("two files are called %s: the second would take the place of the first", f.File)
			}
			files[strings.ToLower(f.File)] = true
			if (f.SizeBytes == 0) != (f.SHA256 == "") {
				t.Errorf("%s has a size without a checksum, or the other way round", f.File)
			}
		}
	}
	for _, id := range []string{"smollm3-3b:Q4_K_M", "smollm3-3b:Q6_K", "smollm3-3b:Q8_0", "smollm2-135m", "smollm2-360m", "smollm2-1.7b"} {
		if _, _, err := BuiltIn().Find(id); err != nil {
			t.Error(err)
		}
	}
}

func TestFindInTheCatalogue(t *testing.T) {
	for _, tt := range []struct{ name, asked, want, wantError string }{
		{name: "an id means the recommended file", asked: "smollm3-3b", want: "SmolLM3-Q4_K_M.gguf"},
		{name: "a quantisation chooses another", asked: "smollm3-3b:q8_0", want: "SmolLM3-Q8_0.gguf"},
		{name: "a name as people write it", asked: "SmolLM3 3B", want: "SmolLM3-Q4_K_M.gguf"},
		{name: "a file's name", asked: "Qwen3-4B-Q4_K_M.gguf", want: "Qwen3-4B-Q4_K_M.gguf"},
		{name: "a quantisation that there is not", asked: "smollm3-3b:q2_k", wantError: "did you mean smollm3-3b:q4_k_m or smollm3-3b:q6_k or smollm3-3b:q8_0?"},
		{name: "a typo", asked: "smolm3-3b", wantError: "did you mean smollm3-3b?"},
		{name: "nothing", asked: "", wantError: `there is no model ""`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, got, err := BuiltIn().Find(tt.asked)
			if got.File != tt.want || (tt.wantError != "" && (err == nil || !strings.Contains(err.Error(), tt.wantError))) {
				t.Errorf("found %q, %v; want %q %s", got.File, err, tt.want, tt.wantError)
			}
		})
	}
}

// schemaFaults holds data against the schema: the part of JSON Schema that the
// file uses, and nothing else.
func schemaFaults(t *testing.T, data []byte) []string {
	t.Helper()
	var schema map[string]any
	var value any
	if err := json.Unmarshal(schemaJSON, &schema); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &value); err != nil {
		return []string{err.Error()}
	}
	return faults("", schema, value)
}

func faults(at string, schema map[string]any, value any) []string {
	var found []string
	bad := func(format string, args ...any) { found = append(found, at+": "+fmt.Sprintf(format, args...)) }
	least, hasLeast := schema["minimum"].(float64)
	switch v := value.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, key := range required {
			if _, ok := v[key.(string)]; !ok {
				bad("%s is missing", key)
			}
		}
		for key, inner := range v {
			if properties[key] == nil {
				bad("%s is not known", key)
				continue
			}
			found = append(found, faults(at+"/"+key, properties[key].(map[string]any), inner)...)
		}
	case []any:
		if n, ok := schema["minItems"].(float64); ok && float64(len(v)) < n {
			bad("it is empty")
		}
		for i, inner := range v {
			found = append(found, faults(fmt.Sprintf("%s/%d", at, i), schema["items"].(map[string]any), inner)...)
		}
	case string:
		if pattern, ok := schema["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
			bad("%q does not match %s", v, pattern)
		}
	case float64:
		if hasLeast && v < least {
			bad("%v is below %v", v, least)
		}
	}
	kinds := map[string]func() bool{
		"object":  func() bool { _, ok := value.(map[string]any); return ok },
		"array":   func() bool { _, ok := value.([]any); return ok },
		"string":  func() bool { _, ok := value.(string); return ok },
		"boolean": func() bool { _, ok := value.(bool); return ok },
		"number":  func() bool { _, ok := value.(float64); return ok },
		"integer": func() bool { n, ok := value.(float64); return ok && n == float64(int64(n)) },
	}
	if kind, ok := schema["type"].(string); !ok || !kinds[kind]() {
		bad("it is %v, want %v", value, schema["type"])
	}
	slices.Sort(found)
	return found
}
