// Package check holds the Kubernetes file against the types of the Kubernetes API. It is a
// module of its own, because nothing else of the project needs these types.
package check

import (
	"os"
	"strings"
	"testing"

	batch "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"
)

// The file is a Job of the API, in which every setting has a name and a type that the API
// knows, and the checks that make an indexed Job restart as the ensemble needs it.
func TestKubernetesFile(t *testing.T) {
	text, err := os.ReadFile("../kubernetes-ensemble.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var job batch.Job
	if err := yaml.UnmarshalStrict(text, &job); err != nil {
		t.Fatal(err)
	}
	spec := job.Spec
	if job.APIVersion != "batch/v1" || job.Kind != "Job" || spec.Completions == nil || spec.CompletionMode == nil || *spec.CompletionMode != batch.IndexedCompletion {
		t.Errorf("%s %s, %v completions, mode %v: want an indexed Job", job.APIVersion, job.Kind, spec.Completions, spec.CompletionMode)
	}
	if policy := spec.Template.Spec.RestartPolicy; policy != "Never" && policy != "OnFailure" {
		t.Errorf("restart policy %q: a Job takes Never or OnFailure", policy)
	}
	for _, c := range spec.Template.Spec.Containers {
		for name, quantity := range c.Resources.Requests {
			if limit, there := c.Resources.Limits[name]; there && limit.Cmp(quantity) < 0 {
				t.Errorf("%s: %v are asked for, and the limit is %v", name, quantity, limit)
			}
		}
	}

	// What the API does not know is refused: the check can fail.
	wrong := strings.Replace(string(text), "completionMode:", "completionsMode:", 1)
	if err := yaml.UnmarshalStrict([]byte(wrong), &job); err == nil || !strings.Contains(err.Error(), "completionsMode") {
		t.Errorf("an unknown setting: %v", err)
	}
}
