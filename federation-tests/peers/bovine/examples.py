"""Prints the odd posts of fediverse-pasture-inputs as JSON: group, then what each puts over a plain Note."""

import json

from fediverse_pasture_inputs import available

print(json.dumps({group: inputs.examples for group, inputs in sorted(available.items())}))
