package fetch

import (
	"testing"
)

// A disk that tells that it has no room is not written to.
func TestADiskThatIsNearlyFull(t *testing.T) {
	meet(t, []encounter{
		{name: "a full disk", free: spare + fileSize - 1, wantErr: "the disk has room for", asks: -1},
		{name: "a disk that has just room enough", free: spare + fileSize, wantFile: true},
	})
}
