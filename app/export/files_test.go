package export

import (
	"bytes"
	"strings"
	"testing"

	"notso/app/chat"
)

func TestFilesOfAMessageAreExportedAndComeBack(t *testing.T) {
	file := chat.Attachment{Name: "a <b>*.txt", Kind: "text", Bytes: 9, Tokens: 3, Text: "<i>words</i>\n```"}
	c := chat.Chat{ID: 1, Title: "Files", Head: 1}
	turns := []chat.Turn{{ID: 1, Role: chat.User, State: chat.Done, Text: "Sum it up.", Files: []chat.Attachment{file}}}
	for format, want := range map[string]string{"md": "*File: a \\<b>\\*.txt*\n\n    <i>words</i>", "txt": "[File: a <b>*.txt]\n  | <i>words</i>", "html": "<summary dir=\"auto\">a &lt;b&gt;*.txt</summary>\n<pre dir=\"auto\">\n&lt;i&gt;words&lt;/i&gt;"} {
		var out bytes.Buffer
		if err := Write(&out, format, c, turns); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s: no %q, %v in\n%s", format, want, err, &out)
		}
	}
	var out bytes.Buffer
	if err := Write(&out, "json", c, turns); err != nil {
		t.Fatal(err)
	}
	_, back, err := Import(&out)
	if err != nil || len(back) != 1 || len(back[0].Files) != 1 || back[0].Files[0] != file {
		t.Errorf("what came back is %+v, %v", back, err)
	}
}
