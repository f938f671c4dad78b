// Random pcap-filter(7) expressions, by its grammar: most compile for Ethernet, many for other link types.
import fc from 'fast-check'

const words = (text) => fc.constantFrom(...text.split(' '))
/** One of them, each as often as its weight says. */
const weighted = (...pairs) => fc.oneof(...pairs.map(([weight, arbitrary]) => ({ weight, arbitrary })))
/** Parts with a blank between; empty ones are left out. */
const line = (...parts) => fc.tuple(...parts).map((list) => list.filter((part) => part !== '').join(' '))
const maybe = (arbitrary) => fc.oneof(fc.constant(''), arbitrary)
const glued = (...parts) => fc.tuple(...parts).map((list) => list.join(''))
const text = (s) => fc.constant(s)

const byte = fc.nat(255)
const bits = [8, 12, 16, 24, 28, 32]
const quad = (v) => [v >>> 24, (v >>> 16) & 255, (v >>> 8) & 255, v & 255].join('.')
const address4 = fc.oneof(
  fc.tuple(words('10 192 224 255'), words('0 1 168'), words('0 2'), words('1 255')).map((list) => list.join('.')),
  fc.tuple(byte, byte, byte, byte).map((list) => list.join('.')),
)
const net4 = fc.tuple(fc.nat(0xffffffff), fc.constantFrom(...bits), fc.boolean()).map(([value, length, slash]) => {
  const mask = (0xffffffff << (32 - length)) >>> 0
  return `${quad(value & mask)}${slash ? `/${length}` : ` mask ${quad(mask)}`}`
})
const classful = fc.oneof(
  fc.tuple(byte, byte).map((list) => list.join('.')),
  fc.tuple(byte, byte, byte).map((list) => list.join('.')),
  byte.map(String),
)
const address6 = words('::1 fe80::1 2001:db8::1 ff02::fb 2001:db8:0:1:2:3:4:5 ::ffff:10.0.0.1 ::')
const net6 = words('2001:db8::/32 fe80::/10 ff00::/8 2001:db8:0:1::/64 ::/0 2001:db8::7/128')
const mac = words('00:1b:21:3c:4d:5e ff:ff:ff:ff:ff:ff 1:2:3:4:5:6 0180.c200.0000 01-00-5e-00-00-fb')
const port = weighted([4, words('80 443 53 22 1000 0 65535')], [1, words('http domain ssh')], [1, fc.nat(65535)])
const range = fc.tuple(fc.nat(65535), fc.nat(65535)).map(([a, b]) => `${a}-${b}`)

const side = maybe(words('src dst src~or~dst src~and~dst').map((s) => s.replaceAll('~', ' ')))
const joint = (type, values) =>
  fc
    .tuple(values, fc.array(fc.tuple(words('or and'), values), { minLength: 1, maxLength: 3 }))
    .map(([first, rest]) => `${type} (${[first, ...rest.map(([op, value]) => `${op} ${value}`)].join(' ')})`)

const hosts = fc.oneof(
  line(maybe(words('ip arp rarp')), side, text('host'), address4),
  line(maybe(text('ip6')), side, text('host'), address6),
  line(maybe(text('ip')), side, text('net'), fc.oneof(net4, classful)),
  line(maybe(text('ip6')), side, text('net'), net6),
  line(words('src dst'), address4),
  line(text('ether'), side, text('host'), mac),
  line(words('ether~src ether~dst').map((s) => s.replace('~', ' ')), mac),
  joint('host', address4),
)
const ports = fc.oneof(
  line(maybe(words('tcp udp sctp')), side, text('port'), port),
  line(maybe(words('tcp udp')), side, text('portrange'), range),
  joint('port', fc.nat(65535)),
  line(text('tcp'), text('port'), port, words('or and'), fc.nat(65535)),
)
const NAMES =
  'ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp igrp pim ah esp vrrp carp atalk aarp decnet lat sca moprc mopdl iso ' +
  'clnp esis isis l1 l2 iih lsp snp csnp psnp stp ipx netbeui'
const protocols = fc.oneof(
  words(NAMES),
  words('ip ip6 tcp udp icmp arp'),
  line(maybe(words('ip ip6')), text('proto'), words('6 17 1 58 47 \\tcp \\udp 255')),
  line(text('ether'), text('proto'), words('0x0800 0x86dd \\ip \\arp 0x88cc 0x42 0xfe 0xe0 2048 \\atalk')),
  line(words('ip ip6'), text('protochain'), words('6 17 51 \\tcp')),
  words('broadcast multicast ip~multicast ip6~multicast ether~broadcast').map((s) => s.replace('~', ' ')),
  line(words('less greater'), fc.nat(1500)),
  words('llc llc~i llc~u llc~s llc~rr llc~ui').map((s) => s.replace('~', ' ')),
)
const carriers = fc.oneof(
  line(text('vlan'), maybe(fc.nat(4095))),
  line(text('mpls'), maybe(fc.nat(0xfffff))),
  line(text('pppoes'), maybe(fc.nat(0xffff))),
  text('pppoed'),
  line(words('geneve vxlan'), maybe(fc.nat(0xffffff))),
)

const literal = weighted(
  [6, fc.nat(255)],
  [2, fc.nat(0xffff)],
  [1, words('0 1 2 4 0xff 0x0f 0xf0 31 0xffff 0xffffffff 0x80000000 0xfffffff0 tcp-syn tcp-ack icmp-echo')],
).map(String)
const INDEXED = 'ip tcp udp icmp ether ip6 icmp6 arp sctp igmp link pim'
const { sum } = fc.letrec((again) => ({
  sum: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: literal },
    { weight: 3, arbitrary: glued(words(INDEXED), text('['), fc.oneof(fc.nat(60), fc.nat(1600)), words('] :1] :2] :4]')) },
    { weight: 1, arbitrary: words('tcp[tcpflags] icmp[icmptype] icmp6[icmp6type] len tcp[12:1] ip[9] ip[2:2] ip[6:2]') },
    { weight: 1, arbitrary: glued(words(INDEXED), text('['), again('sum'), words('] :2] :4]')) },
    {
      weight: 4,
      arbitrary: glued(text('('), line(again('sum'), words('+ - * / % & | ^ << >>'), again('sum')), text(')')),
    },
    { weight: 1, arbitrary: line(again('sum'), words('+ - * / & |'), again('sum')) },
    { weight: 1, arbitrary: glued(text('-'), again('sum')) },
  ),
}))
const comparisons = line(sum, words('= == != > < >= <='), sum)

/** Terms that some link types know. */
const special = fc.oneof(
  line(text('type'), words('mgt ctl data 0 4 8')),
  line(text('type'), text('mgt'), text('subtype'), words('beacon probe-req auth 0x80')),
  line(text('subtype'), words('beacon rts qos-data ack')),
  line(text('dir'), words('nods tods fromds dstods')),
  line(text('wlan'), words('addr1 addr2 addr3 addr4 ra ta src dst'), mac),
  words('inbound outbound'),
  line(text('ifindex'), fc.nat(9)),
  line(words('vpi vci'), fc.nat(255)),
  words('lane oam oamf4 metac bcc sc ilmic connectmsg metaconnect fisu lssu msu hmsu'),
  line(words('sio opc dpc sls hopc'), maybe(words('= != > <')), fc.nat(15)),
  line(words('rnr srnr reason'), fc.nat(9)),
  line(words('action ifname ruleset'), words('pass drop em0')),
  line(text('byte'), fc.nat(60), words('= > < & |'), byte),
  line(text('host'), words('localhost example.com')),
  words('gateway~router ether~host~router ip~broadcast').map((s) => s.replaceAll('~', ' ')),
)

const term = weighted([5, hosts], [4, ports], [5, protocols], [5, comparisons], [2, carriers], [1, special])
const plain = weighted([5, hosts], [4, ports], [5, protocols], [5, comparisons])

const whole = (atom) =>
  fc.letrec((again) => ({
    expression: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      { weight: 3, arbitrary: atom },
      { weight: 5, arbitrary: line(again('expression'), words('and or && ||'), again('expression')) },
      { weight: 1, arbitrary: glued(words('not~ !').map((s) => s.replace('~', ' ')), atom) },
      { weight: 1, arbitrary: glued(text('not ('), again('expression'), text(')')) },
      { weight: 2, arbitrary: glued(text('('), again('expression'), text(')')) },
    ),
  })).expression

/** Expressions of everything; and of what moves no offsets and belongs to no special link type. */
export const expressions = whole(term)
export const plainExpressions = whole(plain)

/** Expressions that somebody has damaged: words gone, doubled, exchanged, and characters that mean nothing. */
const noise = fc.oneof(words('( ) [ ] : and or not = / mask 08 0x 4294967296 $aa \\ host ::: 1.2.3.4.5 é @'), fc.string())
export const damaged = fc
  .tuple(expressions, fc.array(fc.tuple(fc.nat(200), fc.nat(3), noise), { minLength: 1, maxLength: 4 }))
  .map(([expression, damages]) => {
    const list = expression.split(' ')
    for (const [at, what, bit] of damages) {
      const i = at % (list.length + 1)
      if (what === 0) list.splice(i, 1)
      else if (what === 1) list.splice(i, 0, bit)
      else if (what === 2) list.splice(i, 0, list[(at * 7) % list.length] ?? bit)
      else list[i] = `${list[i] ?? ''}${bit}`
    }
    return list.join(' ')
  })

/** Link types with a layout of their own, and one without. */
export const LINK_TYPES = [
  0, 1, 6, 7, 8, 9, 10, 11, 12, 50, 51, 104, 105, 107, 108, 109, 113, 114, 117, 119, 122, 123, 127, 129, 135, 138, 140,
  141, 143, 144, 163, 166, 178, 192, 226, 228, 229, 239, 240, 276, 281, 283,
]
export const linkTypes = weighted([3, text(1)], [2, fc.constantFrom(...LINK_TYPES)])
