package words

// Problem is an error made for people: it names the text of the catalogue that
// says what is wrong and what to do. Where no language is known it speaks
// English.
type Problem struct {
	Key  string
	Args []any
}

// Fail returns a *Problem.
func Fail(key string, args ...any) error { return &Problem{key, args} }

func (p *Problem) Error() string { return Words{}.Say(p.Key, p.Args...) }
