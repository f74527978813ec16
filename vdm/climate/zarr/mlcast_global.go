package zarr

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// recommendedLicenses are those that are taken without a review.
var recommendedLicenses = []string{
	"CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0",
	"OGL-UK-1.0", "OGL-UK-2.0", "OGL-UK-3.0", "OGL-Canada-2.0", "GPL-1.0", "GPL",
}

var (
	spdxForm    = regexp.MustCompile(`^\(*[A-Za-z0-9][A-Za-z0-9.+-]*\)*( (AND|OR|WITH) \(*[A-Za-z0-9][A-Za-z0-9.+-]*\)*)*$`)
	creatorForm = regexp.MustCompile(`^(.+?) <([^\s<>]+@[^\s<>]*)>$`)
	programForm = regexp.MustCompile(`^https://github\.com/mlcast-community/mlcast-dataset-[^\s/@-]+-[^\s/@]+@\S+$`)
	versionForm = regexp.MustCompile(`(?i)^v?(\d+!)?\d+(\.\d+)*([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?$`)
	lengthForm  = regexp.MustCompile(`^P(\d+(\.\d+)?[YMWD])*(T(\d+(\.\d+)?[HMS])+)?$`)
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
	wordForm    = regexp.MustCompile(`^[\pL\pN]([\pL\pN_]*[\pL\pN])?$`)
	fieldForm   = regexp.MustCompile(`\{([^{}]*)\}`)
)

// validatorVersion is the version of the validator whose rules these are.
const validatorVersion = "0.4.0"

// plainIdentifier is how an identifier is made up where nothing else is said.
const plainIdentifier = "{country_code}-{entity}-{physical_variable}"

// globals checks sections 5.2 to 5.4.
func (m *mlcast) globals() {
	license := m.text("license")
	upper := strings.ToUpper(license)
	switch {
	case !m.rule("5.2", license != "", "there is no license"):
	case !m.rule("5.2", spdxForm.MatchString(license), "license %q has not the form of an SPDX identifier such as CC-BY-4.0", license):
	case slices.Contains(recommendedLicenses, license):
	case strings.Contains(upper, "NC") || strings.Contains(upper, "ND"):
		m.warn("5.2", "license %s restricts use (NC, ND)", license)
	default:
		m.warn("5.2", "license %s is none of those recommended and needs a review", license)
	}
	m.rule("5.3", m.metadata.version != 2 || m.metadata.consolidated, "a store of version 2 without consolidated metadata")

	created := m.text("mlcast_created_on")
	m.rule("5.4", isInstant(created), "mlcast_created_on is %q, expected a date and time such as 2026-01-31T12:00:00Z", created)
	m.rule("5.4", creatorForm.MatchString(m.text("mlcast_created_by")), "mlcast_created_by is %q, expected Name <email>", m.text("mlcast_created_by"))
	m.rule("5.4", programForm.MatchString(m.text("mlcast_created_with")), "mlcast_created_with is %q, expected https://github.com/mlcast-community/mlcast-dataset-ORGANISATION-NAME@VERSION", m.text("mlcast_created_with"))
	m.rule("5.4", versionForm.MatchString(m.text("mlcast_dataset_version")), "mlcast_dataset_version is %q, expected a version such as 0.1.0", m.text("mlcast_dataset_version"))
	validator := m.text("mlcast_dataset_validator_version")
	if m.rule("5.4", versionForm.MatchString(validator), "mlcast_dataset_validator_version is %q, expected %s", validator, validatorVersion) && strings.TrimPrefix(validator, "v") != validatorVersion {
		m.warn("5.4", "the store says that it keeps the rules of version %s of the validator; these are of %s", validator, validatorVersion)
	}
	m.identifier()
}

// identifier checks the name of the archive.
func (m *mlcast) identifier() {
	form, identifier := m.text("mlcast_dataset_identifier_format"), m.text("mlcast_dataset_identifier")
	if form == "" {
		form = plainIdentifier
	}
	parts := map[string]*regexp.Regexp{"country_code": countryForm, "entity": wordForm, "physical_variable": wordForm, "time_resolution": lengthForm, "common_name": wordForm}
	pattern, fields, known, end := "^", []string(nil), strings.HasPrefix(form, plainIdentifier), 0
	for _, at := range fieldForm.FindAllStringSubmatchIndex(form, -1) {
		field := form[at[2]:at[3]]
		known = known && parts[field] != nil && !slices.Contains(fields, field)
		fields = append(fields, field)
		pattern += regexp.QuoteMeta(form[end:at[0]]) + "(.+?)"
		end = at[1]
	}
	if !m.rule("5.4", known, "mlcast_dataset_identifier_format is %q, expected one that begins with %s", form, plainIdentifier) {
		return
	}
	found := regexp.MustCompile(pattern + regexp.QuoteMeta(form[end:]) + "$").FindStringSubmatch(identifier)
	if !m.rule("5.4", found != nil, "mlcast_dataset_identifier is %q, expected %s", identifier, form) {
		return
	}
	for i, field := range fields {
		m.rule("5.4", parts[field].MatchString(found[i+1]), "mlcast_dataset_identifier %q has the %s %q", identifier, field, found[i+1])
	}
}

// isInstant reports whether a text is a date and a time of ISO 8601.
func isInstant(text string) bool {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "20060102T150405", "20060102T150405Z0700"} {
		if _, err := time.Parse(form, text); err == nil {
			return true
		}
	}
	return false
}
