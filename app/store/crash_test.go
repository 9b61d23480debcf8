package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"notso/app/chat"
)

// writerEnv holds the path of the database when the test binary runs as the
// process that is to be killed.
const writerEnv = "NOTSO_TEST_STORE_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		err := writeForever(path)
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// word is the piece with number seq; its length varies, so that pages fill
// unevenly.
func word(seq int) string { return fmt.Sprintf("%d%s ", seq, strings.Repeat("x", seq%37)) }

// writeForever starts a reply and appends to it until it is killed. What is
// committed it reports: "turn ID" and "seq N".
func writeForever(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	c, err := s.CreateChat(ctx, "Killed", false, chat.Settings{})
	if err != nil {
		return err
	}
	user, err := s.AddTurn(ctx, c.ID, "Hello")
	if err != nil {
		return err
	}
	reply, err := s.StartReply(ctx, c.ID, user.ID, "")
	if err != nil {
		return err
	}
	fmt.Println("turn", reply.ID)
	for seq := 1; ; {
		var batch []chat.Piece
		for range 1 + seq%5 {
			batch = append(batch, chat.Piece{Text: word(seq + len(batch))})
		}
		if err := s.AppendPieces(ctx, reply.ID, seq, batch); err != nil {
			return err
		}
		seq += len(batch)
		fmt.Println("seq", seq-1)
	}
}

func TestReplyKeepsEveryReportedPieceWhenTheProcessIsKilled(t *testing.T) {
	const kills = 20
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "chats.db")
	random := rand.New(rand.NewPCG(1, 2))
	for range kills {
		turn, seq := killedWriter(t, path, 1+random.IntN(60))

		s := must(Open(ctx, path))(t)
		if n := must(s.Recover(ctx, "The app ended."))(t); n != 1 {
			t.Fatalf("%d replies were found running, want 1", n)
		}
		requireSound(t, s)
		var reported strings.Builder
		for i := 1; i <= seq; i++ {
			reported.WriteString(word(i))
		}
		got := must(s.Turn(ctx, turn))(t)
		if !strings.HasPrefix(got.Text, reported.String()) {
			t.Fatalf("the reply ends with %.40q; %d pieces were reported as stored", got.Text[max(0, len(got.Text)-40):], seq)
		}
		// A batch that was committed and not yet reported may follow, whole.
		more := seq
		for rest := got.Text[reported.Len():]; rest != ""; more++ {
			next, ok := strings.CutPrefix(rest, word(more+1))
			if !ok {
				t.Fatalf("after the reported pieces comes %.40q", rest)
			}
			rest = next
		}
		if got.State != chat.Interrupted || !got.CanContinue() {
			t.Fatalf("the reply is %s, want interrupted", got.State)
		}
		s.Close()
	}
}

// killedWriter runs the writer, kills it at a moment after it reported so many
// batches, and returns its turn and the last piece that it reported.
func killedWriter(t *testing.T, path string, batches int) (turn int64, seq int) {
	t.Helper()
	cmd := exec.Command(must(os.Executable())(t))
	cmd.Env = append(os.Environ(), writerEnv+"="+path)
	cmd.Stderr = os.Stderr
	out := must(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		kind, number, _ := strings.Cut(lines.Text(), " ")
		n := must(strconv.Atoi(number))(t)
		if kind == "turn" {
			turn = int64(n)
			continue
		}
		seq = n
		if batches--; batches == 0 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd.Wait() // killed, so it says so
	if turn == 0 || batches > 0 {
		t.Fatal("the writer ended by itself")
	}
	return turn, seq
}
