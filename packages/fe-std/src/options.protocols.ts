declare module '@netstreamline/core' {
  interface FEOptions {
    ip: { version?: 4 | 6; fragments?: 'reassemble' | 'pass' }
    udp: Record<string, never>
    port: { which?: 'service' | 'src' | 'dst' }
    sample: { every?: number; probability?: number; seed?: number }
    http: { emit?: 'stream' | 'heads' | 'bodies' | 'files' | 'log'; memory?: number }
    dns: { emit?: 'messages' | 'log'; messages?: 'all' | 'queries' | 'responses'; malformed?: boolean; memory?: number }
    rtsp: { emit?: 'stream' | 'heads' | 'data' | 'log'; memory?: number }
    ssh: { emit?: 'stream' | 'banners' | 'kex' | 'log'; memory?: number }
    tls: { emit?: 'stream' | 'hellos' | 'log'; memory?: number }
  }
}

export {}
