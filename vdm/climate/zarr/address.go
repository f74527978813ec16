package zarr

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// isAddress reports whether data are named by a web address.
func isAddress(where string) bool {
	return strings.HasPrefix(where, "http://") || strings.HasPrefix(where, "https://")
}

// fileEndings are of addresses that are of no store.
var fileEndings = []string{".nc", ".nc4", ".h5", ".hdf5", ".hdf", ".grib", ".grb", ".grib2", ".grb2", ".tif", ".tiff", ".zip", ".gz", ".tar", ".html"}

// isStoreAddress reports whether an address may be of a store.
func isStoreAddress(where string) bool {
	u, err := url.Parse(where)
	return isAddress(where) && err == nil && !slices.Contains(fileEndings, strings.ToLower(path.Ext(u.Path)))
}

// remote is a store behind a web address, read by GET alone.
type remote struct {
	base   *url.URL
	client *http.Client
}

// tries is how often a key is asked for where the server or the way to it fails.
const tries = 3

func openAddress(where string) (store, error) {
	u, err := url.Parse(where)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%s is no web address of a store", where)
	}
	return &remote{base: u, client: &http.Client{Timeout: 2 * time.Minute}}, nil
}

func (r *remote) get(key string, limit int64) (b []byte, err error) {
	if err := validKey(key); err != nil {
		return nil, err
	}
	u := r.base.JoinPath(strings.Split(key, "/")...)
	for try := range tries {
		if try > 0 {
			time.Sleep(time.Duration(try) * 200 * time.Millisecond)
		}
		var again bool
		if b, again, err = r.fetch(u, limit); !again {
			break
		}
	}
	return b, err
}

// fetch asks once; again says that asking again may help.
func (r *remote) fetch(u *url.URL, limit int64) (b []byte, again bool, err error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, false, err
	}
	// The chunks are compressed already; the server must not do it again, nor the client
	// inflate without a limit.
	request.Header.Set("Accept-Encoding", "identity")
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, true, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusOK:
		b, err = readLimited(answer.Body, limit, u.Path)
		return b, err != nil && int64(len(b)) <= limit, err
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return nil, false, fmt.Errorf("%s: %w", u.Redacted(), fs.ErrNotExist)
	}
	return nil, answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests,
		fmt.Errorf("%s: the server answers %s", u.Redacted(), answer.Status)
}

// errNoList is wrapped where a store cannot list what it holds.
var errNoList = errors.New("a web server does not list what a store holds: it needs consolidated metadata, which zarr.consolidate_metadata(path) adds in Python")

func (r *remote) children(string) ([]string, error) { return nil, errNoList }

func (r *remote) close() error {
	r.client.CloseIdleConnections()
	return nil
}
