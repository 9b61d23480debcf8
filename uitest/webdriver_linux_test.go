package uitest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// elementKey names an element's id in WebDriver's answers, by its standard.
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

// enter is the Enter key in WebDriver's keys.
const enter = "\uE007"

// The ports of WebKitWebDriver.
const (
	firstPort = 20000
	lastPort  = 30000
)

// webdriver is a WebKitWebDriver process and its one session.
type webdriver struct {
	cmd     *exec.Cmd
	session string // URL
	log     bytes.Buffer
}

// drive starts WebKitWebDriver, which starts binary in the environment env.
func drive(binary string, env []string) (*webdriver, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(address)
	d := &webdriver{cmd: exec.Command("WebKitWebDriver", "--host="+host, "-p", port)}
	d.cmd.Env = env
	d.cmd.Stdout, d.cmd.Stderr = &d.log, &d.log
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the program is in the group too, so it cannot outlive the test
	d.cmd.WaitDelay = 3 * time.Second
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	if !poll(patience, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}) {
		d.close()
		return nil, fmt.Errorf("WebKitWebDriver does not listen:\n%s", &d.log)
	}
	d.session = "http://" + address
	var created struct{ SessionID string }
	if err := d.call("POST", "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"webkitgtk:browserOptions": map[string]any{"binary": binary, "args": []string{}}}}}, &created); err != nil {
		d.close()
		return nil, fmt.Errorf("%w\n%s", err, &d.log)
	}
	d.session += "/session/" + created.SessionID
	return d, nil
}

// freeAddress is one that nobody listens on. Its port is below those that the
// kernel hands out, so that no other test gets it before the driver does.
func freeAddress() (address string, err error) {
	for port := firstPort + os.Getpid()%1000; port < lastPort; port++ {
		address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", err
}

// close ends the driver and, if it still runs, the program.
func (d *webdriver) close() {
	syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL)
	d.cmd.Wait()
}

// call does one WebDriver command. in and out may be nil.
func (d *webdriver) call(method, path string, in, out any) error {
	if in == nil {
		in = struct{}{}
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, d.session+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	client := http.Client{Timeout: patience}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var answer struct{ Value json.RawMessage }
	if err := json.Unmarshal(data, &answer); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, answer.Value)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, out)
}

// js runs body as a function in the page and puts what it returns into out,
// which may be nil.
func (d *webdriver) js(body string, out any, args ...any) error {
	if args == nil {
		args = []any{}
	}
	return d.call("POST", "/execute/sync", map[string]any{"script": body, "args": args}, out)
}

// element returns the id of the first element that css selects.
func (d *webdriver) element(css string) (string, error) {
	var found map[string]string
	err := d.call("POST", "/element", map[string]string{"using": "css selector", "value": css}, &found)
	return found[elementKey], err
}

func (d *webdriver) click(element string) error {
	return d.call("POST", "/element/"+element+"/click", nil, nil)
}

// keys types text into element, special keys included.
func (d *webdriver) keys(element, text string) error {
	return d.call("POST", "/element/"+element+"/value", map[string]string{"text": text}, nil)
}

// screenshot writes what the window shows to path, as PNG.
func (d *webdriver) screenshot(path string) error {
	var picture string
	if err := d.call("GET", "/screenshot", nil, &picture); err != nil {
		return err
	}
	png, err := base64.StdEncoding.DecodeString(picture)
	if err != nil {
		return err
	}
	return os.WriteFile(path, png, 0o644)
}
