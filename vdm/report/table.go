package report

import (
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"
)

// Table is a small table of text.
type Table struct {
	Title   string     `json:"title"`
	Columns []string   `json:"columns"` // nil for no heading
	Rows    [][]string `json:"rows"`    // each as long as Columns, or shorter
	Notes   []string   `json:"notes,omitempty"`
}

// Validate refuses rows that are longer than the heading.
func (t Table) Validate() error {
	for i, row := range t.Rows {
		if t.Columns != nil && len(row) > len(t.Columns) {
			return fmt.Errorf("table %q: row %d has %d cells, expected at most %d", t.Title, i+1, len(row), len(t.Columns))
		}
	}
	return nil
}

// columns returns the number of columns.
func (t Table) columns() int {
	n := len(t.Columns)
	for _, row := range t.Rows {
		n = max(n, len(row))
	}
	return n
}

// right reports whether a column contains numbers, which are aligned to the right.
func (t Table) right(c int) bool {
	found := false
	for _, row := range t.Rows {
		if c >= len(row) || row[c] == "" || row[c] == "–" {
			continue
		}
		if !strings.ContainsAny(row[c][:1], "0123456789") && !strings.HasPrefix(row[c], "-") && !strings.HasPrefix(row[c], "−") {
			return false
		}
		found = true
	}
	return found
}

// Text returns the table in aligned columns, for a terminal.
func (t Table) Text() string {
	n := t.columns()
	width := make([]int, n)
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		for c, cell := range row {
			width[c] = max(width[c], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	line := func(row []string) {
		var s strings.Builder
		for c := range n {
			cell := ""
			if c < len(row) {
				cell = row[c]
			}
			pad := strings.Repeat(" ", width[c]-utf8.RuneCountInString(cell))
			if t.right(c) {
				cell = pad + cell
			} else {
				cell += pad
			}
			s.WriteString("  " + cell)
		}
		b.WriteString(strings.TrimRight(s.String(), " ") + "\n")
	}
	if t.Title != "" {
		b.WriteString(t.Title + "\n")
	}
	if t.Columns != nil {
		line(t.Columns)
	}
	for _, row := range t.Rows {
		line(row)
	}
	for _, note := range t.Notes {
		b.WriteString("  " + note + "\n")
	}
	return b.String()
}

// String returns what Text returns.
func (t Table) String() string { return t.Text() }

var tableTemplate = template.Must(template.New("table").Parse(
	`<table>{{with .Title}}<caption style="text-align:left">{{.}}</caption>{{end}}
{{with .Head}}<thead><tr>{{range .}}<th style="text-align:{{if .Right}}right{{else}}left{{end}}">{{.Text}}</th>{{end}}</tr></thead>
{{end}}<tbody>
{{range .Rows}}<tr>{{range .}}<td style="text-align:{{if .Right}}right{{else}}left{{end}}">{{.Text}}</td>{{end}}</tr>
{{end}}</tbody></table>
{{range .Notes}}<p class="note">{{.}}</p>
{{end}}`))

// HTML returns the table as HTML, all text escaped.
func (t Table) HTML() template.HTML {
	type cell struct {
		Text  string
		Right bool
	}
	cells := func(row []string) []cell {
		if row == nil {
			return nil
		}
		out := make([]cell, t.columns())
		for c := range out {
			out[c].Right = t.right(c)
			if c < len(row) {
				out[c].Text = row[c]
			}
		}
		return out
	}
	var rows [][]cell
	for _, row := range t.Rows {
		rows = append(rows, cells(row))
	}
	var b strings.Builder
	err := tableTemplate.Execute(&b, map[string]any{"Title": t.Title, "Head": cells(t.Columns), "Rows": rows, "Notes": t.Notes})
	if err != nil { // template and data are both made here
		panic(err)
	}
	return template.HTML(b.String())
}
