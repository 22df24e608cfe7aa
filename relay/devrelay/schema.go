//go:build !js

package devrelay

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// schemaFiles are our own wording of the rules of protocol.md D. They give the verdicts and the error
// places of the real schemas (the test corpus proves it); the inner paths of the schema differ.
//
//go:embed schema/*.json
var schemaFiles embed.FS

// argumentSchema judges the arguments of one task type.
type argumentSchema struct {
	url      string
	compiled *jsonschema.Schema
}

// argumentSchemas are by task type of the contract: 0 image, 1 text.
type argumentSchemas [2]argumentSchema

func compileSchemas(base string) (schemas argumentSchemas, err error) {
	for i, name := range []string{"stable-diffusion-inference-task.json", "gpt-inference-task.json"} {
		text, err := schemaFiles.ReadFile("schema/" + name)
		if err != nil {
			return schemas, err
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			return schemas, err
		}
		compiler := jsonschema.NewCompiler()
		url := strings.TrimSuffix(base, "/") + "/" + name
		if err := compiler.AddResource(url, document); err != nil {
			return schemas, err
		}
		compiled, err := compiler.Compile(url)
		if err != nil {
			return schemas, err
		}
		schemas[i] = argumentSchema{url, compiled}
	}
	return schemas, nil
}

// judge decides over the arguments of a task: text that is no JSON is an exception, anything the
// schema refuses a validation error.
func (r *Relay) judge(taskType uint64, args string) error {
	if taskType >= uint64(len(r.schemas)) {
		return fmt.Errorf("unknown task type %d", taskType)
	}
	schema := r.schemas[taskType]
	if r.Faults().SchemaDown {
		return fmt.Errorf("jsonschema %s compilation failed: %s returned status code 503", schema.url, schema.url)
	}
	var value any // numbers become float64, which has effects (protocol.md D.5)
	if err := json.Unmarshal([]byte(args), &value); err != nil {
		return err
	}
	var refused *jsonschema.ValidationError
	if err := schema.compiled.Validate(value); errors.As(err, &refused) {
		return &fieldError{"task_args", refusal(refused)}
	} else if err != nil {
		return err
	}
	return nil
}

// refusal words a verdict as the Relay does: it names the first leaf of the chain of causes. With
// several faults which one comes first varies, as it does at the real Relay.
func refusal(e *jsonschema.ValidationError) string {
	for len(e.Causes) > 0 {
		e = e.Causes[0]
	}
	return fmt.Sprintf("jsonschema: '%s' does not validate with %s%s: %s",
		pointer(e.InstanceLocation), e.SchemaURL, pointer(e.ErrorKind.KeywordPath()), reason(e.ErrorKind))
}

func pointer(path []string) string {
	var text strings.Builder
	for _, step := range path {
		text.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	return text.String()
}

// reason has the words of the library's release that the Relay used.
func reason(failed jsonschema.ErrorKind) string {
	switch k := failed.(type) {
	case *kind.Required:
		return "missing properties: '" + strings.Join(k.Missing, "', '") + "'"
	case *kind.Type:
		return "expected " + strings.Join(k.Want, " or ") + ", but got " + k.Got
	case *kind.Enum:
		var allowed []string
		for _, value := range k.Want {
			allowed = append(allowed, literal(value))
		}
		return "value must be one of " + strings.Join(allowed, ", ")
	case *kind.Const:
		return "value must be " + literal(k.Want)
	case *kind.MinLength:
		return fmt.Sprintf("length must be >= %d, but got %d", k.Want, k.Got)
	case *kind.Minimum:
		return "must be >= " + decimal(k.Want) + " but found " + decimal(k.Got)
	case *kind.ExclusiveMinimum:
		return "must be > " + decimal(k.Want) + " but found " + decimal(k.Got)
	case *kind.Maximum:
		return "must be <= " + decimal(k.Want) + " but found " + decimal(k.Got)
	default:
		return strings.Join(failed.KeywordPath(), "/") + " failed"
	}
}

func literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

func decimal(n *big.Rat) string {
	f, _ := n.Float64()
	return fmt.Sprint(f)
}
