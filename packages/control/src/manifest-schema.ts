import type { Schema } from '@cfworker/json-schema'

/** Core's `manifest.schema.json`; written by `generate-schema.mjs`. */
export const manifestSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://netstreamline.github.io/manifest.schema.json',
  title: 'streamline.json',
  description: 'What a package provides to Streamline. Written from the code at build.',
  type: 'object',
  additionalProperties: false,
  required: ['abi', 'package', 'version'],
  properties: {
    $schema: {
      type: 'string',
    },
    abi: {
      type: 'integer',
      minimum: 1,
      description: 'Number of the plugin interface it was made for.',
    },
    package: {
      type: 'string',
      minLength: 1,
      maxLength: 214,
    },
    version: {
      type: 'string',
      minLength: 1,
      maxLength: 256,
    },
    functions: {
      type: 'array',
      items: {
        $ref: '#/$defs/function',
      },
    },
    translators: {
      type: 'array',
      items: {
        $ref: '#/$defs/translator',
      },
    },
    spaces: {
      type: 'array',
      items: {
        $ref: '#/$defs/space',
      },
    },
  },
  $defs: {
    name: {
      type: 'string',
      pattern: '^[A-Za-z][A-Za-z0-9_.-]*$',
      maxLength: 64,
      not: {
        enum: ['and', 'or', 'not', 'constructor', 'prototype'],
      },
    },
    names: {
      type: 'array',
      items: {
        $ref: '#/$defs/name',
      },
      uniqueItems: true,
    },
    kinds: {
      type: 'array',
      items: {
        type: 'string',
        pattern: '^([A-Za-z][A-Za-z0-9_.-]*|[0-9]{1,5})$',
      },
      uniqueItems: true,
    },
    labels: {
      type: 'array',
      items: {
        type: 'string',
        minLength: 1,
        maxLength: 64,
      },
      minItems: 1,
      uniqueItems: true,
    },
    summary: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      pattern: '^[^\\n\\r]*$',
    },
    module: {
      type: 'string',
      minLength: 1,
      maxLength: 1024,
    },
    function: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'summary', 'inputs', 'outputs', 'state', 'targets', 'module'],
      properties: {
        name: {
          $ref: '#/$defs/name',
        },
        aliases: {
          $ref: '#/$defs/names',
        },
        summary: {
          $ref: '#/$defs/summary',
        },
        description: {
          type: 'string',
        },
        inputs: {
          $ref: '#/$defs/kinds',
        },
        outputs: {
          $ref: '#/$defs/kinds',
        },
        role: {
          type: 'array',
          items: {
            enum: ['source', 'sink', 'filter'],
          },
          uniqueItems: true,
        },
        options: {
          $ref: '#/$defs/options',
        },
        classifier: {
          type: 'string',
        },
        state: {
          enum: ['none', 'flow', 'global'],
        },
        targets: {
          description: 'May be empty: only translators take it.',
          type: 'array',
          items: {
            type: 'string',
            minLength: 1,
            maxLength: 64,
          },
          uniqueItems: true,
        },
        examples: {
          type: 'array',
          items: {
            type: 'string',
            minLength: 1,
          },
        },
        probe: {
          type: 'boolean',
        },
        unshared: {
          type: 'boolean',
        },
        module: {
          $ref: '#/$defs/module',
        },
      },
    },
    options: {
      type: 'object',
      additionalProperties: false,
      required: ['properties'],
      properties: {
        type: {
          const: 'object',
        },
        additionalProperties: {
          const: false,
        },
        properties: {
          type: 'object',
          propertyNames: {
            $ref: '#/$defs/name',
          },
          additionalProperties: {
            $ref: '#/$defs/option',
          },
        },
        required: {
          $ref: '#/$defs/names',
        },
        anyOf: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['required'],
            properties: {
              required: {
                $ref: '#/$defs/names',
              },
            },
          },
        },
      },
    },
    option: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'description'],
      properties: {
        type: {
          enum: ['string', 'integer', 'number', 'boolean', 'array'],
        },
        description: {
          type: 'string',
          minLength: 1,
        },
        default: true,
        enum: {
          type: 'array',
          minItems: 1,
        },
        minimum: {
          type: 'number',
        },
        maximum: {
          type: 'number',
        },
        minLength: {
          type: 'integer',
          minimum: 0,
        },
        maxLength: {
          type: 'integer',
          minimum: 0,
        },
        pattern: {
          type: 'string',
          format: 'regex',
        },
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['type'],
          properties: {
            type: {
              enum: ['string', 'integer', 'number'],
            },
          },
        },
        examples: {
          type: 'array',
        },
      },
      patternProperties: {
        '^x-': true,
      },
    },
    translator: {
      type: 'object',
      additionalProperties: false,
      required: ['from', 'to', 'targets', 'summary', 'module'],
      properties: {
        from: {
          $ref: '#/$defs/name',
        },
        to: {
          $ref: '#/$defs/name',
        },
        targets: {
          $ref: '#/$defs/labels',
        },
        summary: {
          $ref: '#/$defs/summary',
        },
        module: {
          $ref: '#/$defs/module',
        },
      },
    },
    space: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'depth', 'targets', 'summary', 'module'],
      properties: {
        pinned: {
          type: 'boolean',
        },
        name: {
          $ref: '#/$defs/name',
        },
        depth: {
          type: 'number',
        },
        targets: {
          $ref: '#/$defs/labels',
        },
        summary: {
          $ref: '#/$defs/summary',
        },
        module: {
          $ref: '#/$defs/module',
        },
      },
    },
  },
}
