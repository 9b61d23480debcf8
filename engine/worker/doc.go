// Package worker runs an engine in a child process, which may die without loss.
//
// A damaged model file or a hostile chat template can kill the process that
// reads it, in ways that Go cannot catch. So the window holds a Client, which is
// an engine.Engine, and the program starts itself once more in the role of the
// worker, where Serve answers for the engine that holds the model:
//
//	in, out, err := worker.Stdio()          // in the child, first of all
//	err = worker.Serve(ctx, in, out, eng)
//	os.Exit(code)                           // at once, even while a decode runs
//
//	c := worker.New(worker.Options{Command: []string{exe, "engine"}})
//	defer c.Close()                         // in the parent
//
// The client starts the worker when it is first needed, ends it after some idle
// minutes and starts it again, with the last model, for the next call. When the
// worker dies, the calls under way end with a *DiedError, which is an
// engine.ErrWorkerDied; the next call starts another. After too many deaths
// there is a *RestartLimitError instead, and a file that crashed the worker
// twice is not opened again until it changes or Client.Trust is called. A model
// that had layers on a graphics device is loaded without it after a crash.
//
// A Client may be used by many goroutines at once.
//
// # The pipes
//
// The frames travel over the worker's standard input and output, which are pipes
// on every system. Stdio takes both away from the rest of the child: what a
// library prints goes to standard error, which the client keeps the end of for
// its reports. The end of standard input is the end of the worker: the parent's
// death closes it, whatever the parent died of. On Linux the kernel also kills
// the worker when its parent dies, since a stopped process reads nothing.
//
// # Frames
//
// A frame is a header of nine bytes and a payload. Numbers are little-endian.
//
//	0  uint32  length of what follows: 5 to 5 + 64 MiB
//	4  uint8   kind
//	5  uint32  id of the request it belongs to, 0 for the worker itself
//	9  payload
//
// The worker speaks first, once: hello (1), {"protocol":…,"build":…}. The client
// ends a worker of another protocol or build. Then the parent may send, at any
// time and without waiting for answers:
//
//	 2 load     {"path":…,"options":{…}}   answered by progress…, result or error
//	 3 reply    an engine.Request          answered by text|reasoning|event…, error
//	 4 warm     an engine.Request          answered by progress…, result (null) or error
//	 5 measure  an engine.Request          answered by result or error
//	 6 render   {"source":…,"context":…,"now":…}  answered by result or error
//	 7 cancel   ends the request; its answer still comes
//	 8 drop     ends the request; no answer is wanted
//	 9 credit   uint32: so many more events of the reply may be sent
//	10 ping     answered by pong, whatever else goes on
//
// and the worker:
//
//	11 pong
//	12 progress   uint32: thousandths of the load or the prompt, each at most once, ascending
//	13 text       an engine.EventText: the text itself, in UTF-8
//	14 reasoning  an engine.EventReasoning, likewise
//	15 event      any other engine.Event as JSON; the one of kind done is the last
//	16 result     JSON
//	17 error      JSON, see wireError; the last frame of its request
//
// Ids are chosen by the parent, not used twice. Frames about a request that has
// ended are ignored: they have crossed on the way. Anything else that is not
// listed here ends the connection.
//
// # Flow
//
// A reply may run 256 events ahead of its reader; the reader's credit frames let
// it go on. So a slow reader halts its own reply, in bounded memory, while the
// frames of other requests and the pongs pass.
package worker
