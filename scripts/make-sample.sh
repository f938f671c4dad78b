#!/usr/bin/env bash
# Makes examples/sample.pcap: real clients against real servers (curl and nginx over HTTP and TLS, ssh and sshd,
# dig and dnsmasq), in two network namespaces joined by a veth pair, with some packets reordered and lost on the way.
# Needs root and: iproute2 tcpdump nginx-light curl openssl openssh-server openssh-client dnsmasq-base bind9-dnsutils.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo 'make-sample: needs root for network namespaces' >&2; exit 4; }
for tool in ip tc tcpdump nginx curl openssl /usr/sbin/sshd ssh dnsmasq dig; do
  command -v "$tool" >/dev/null || { echo "make-sample: $tool is missing: apt-get install iproute2 tcpdump nginx-light curl openssl openssh-server openssh-client dnsmasq-base bind9-dnsutils" >&2; exit 3; }
done
out=${1:-$(dirname "$0")/../examples/sample.pcap}
work=$(mktemp -d)
server=sl-server-$$ client=sl-client-$$
pids=()
clean() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  ip netns del "$server" 2>/dev/null || true
  ip netns del "$client" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT

ip netns add "$server"
ip netns add "$client"
ip link add sls$$ netns "$server" type veth peer name slc$$ netns "$client"
ip -n "$server" addr add 192.0.2.1/24 dev sls$$
ip -n "$server" addr add 2001:db8::1/64 dev sls$$ nodad
ip -n "$client" addr add 192.0.2.2/24 dev slc$$
ip -n "$client" addr add 2001:db8::2/64 dev slc$$ nodad
for ns in "$server" "$client"; do ip -n "$ns" link set lo up; done
ip -n "$server" link set sls$$ up
ip -n "$client" link set slc$$ up
ip netns exec "$server" ethtool -K sls$$ tso off gso off gro off >/dev/null 2>&1 || true
# What a capture of the Internet has: delay, some packets late, a few lost. Not every kernel carries netem.
ip netns exec "$server" tc qdisc add dev sls$$ root netem delay 2ms reorder 5% 50% loss 0.5% 2>/dev/null ||
  echo 'make-sample: this kernel has no netem: nothing is reordered or lost' >&2
on() { ip netns exec "$@"; }

# Servers.
mkdir -p "$work/www" "$work/run"
chmod 755 "$work" "$work/www"
echo '<!doctype html><title>Streamline</title><p>A page of the sample capture.' >"$work/www/index.html"
seq -f 'line %g of a text that takes several segments' 1 600 >"$work/www/lines.txt"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=www.example.test -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cat >"$work/nginx.conf" <<CONF
pid $work/run/nginx.pid;
error_log /dev/null;
daemon off;
user root;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $work/run; proxy_temp_path $work/run; fastcgi_temp_path $work/run;
  uwsgi_temp_path $work/run; scgi_temp_path $work/run;
  types { text/html html; text/plain txt; }
  server {
    listen 80; listen [::]:80; listen 443 ssl;
    ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;
    root $work/www;
    location = /gone { return 404 'nothing here\n'; }
    location = /post { return 200 'thank you\n'; }
    location = /chunked { gzip on; gzip_types *; gzip_min_length 1; alias $work/www/lines.txt; }
  }
}
CONF
ip netns exec "$server" nginx -c "$work/nginx.conf" & pids+=($!)
ssh-keygen -q -t ed25519 -N '' -f "$work/host" && ssh-keygen -q -t ed25519 -N '' -f "$work/id"
mkdir -p /run/sshd
ip netns exec "$server" /usr/sbin/sshd -D -e -p 22 -h "$work/host" -o PidFile=none -o UsePAM=no -o "AuthorizedKeysFile=$work/id.pub" \
  -o StrictModes=no -o PermitRootLogin=yes 2>/dev/null & pids+=($!)
ip netns exec "$server" dnsmasq --no-daemon --no-resolv --no-hosts --conf-file=/dev/null --listen-address=192.0.2.1 --bind-interfaces \
  --address=/www.example.test/192.0.2.1 --address=/www.example.test/2001:db8::1 --txt-record=big.example.test,"$(printf 'x%.0s' {1..200})" \
  --mx-host=example.test,www.example.test,10 --user=root 2>/dev/null & pids+=($!)

ip netns exec "$client" tcpdump -i slc$$ -s 0 -U -w "$work/sample.pcap" 2>"$work/tcpdump.log" & capture=$!; pids+=($capture)
for _ in $(seq 100); do grep -q listening "$work/tcpdump.log" && break; sleep 0.1; done
for port in 80 443 22; do
  for _ in $(seq 100); do on "$server" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null && break; sleep 0.1; done
done

# Clients.
for name in www.example.test example.test nothing.example.test; do on "$client" dig @192.0.2.1 "$name" +tries=2 >/dev/null || true; done
on "$client" dig @192.0.2.1 www.example.test AAAA >/dev/null
on "$client" dig @192.0.2.1 example.test MX >/dev/null
on "$client" dig @192.0.2.1 +tcp big.example.test TXT >/dev/null
get() { on "$client" curl -sS -m 20 "$@" >/dev/null; }
get http://192.0.2.1/ http://192.0.2.1/lines.txt http://192.0.2.1/gone
get -H 'Accept-Encoding: gzip' http://192.0.2.1/chunked
get -I http://192.0.2.1/lines.txt
get -d 'name=streamline&answer=42' http://192.0.2.1/post
get 'http://[2001:db8::1]/lines.txt'
printf 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /gone HTTP/1.1\r\nHost: a\r\n\r\nHEAD /lines.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' |
  on "$client" bash -c 'exec 3<>/dev/tcp/192.0.2.1/80; cat >&3; cat <&3 >/dev/null'
get -k --tls-max 1.2 https://192.0.2.1/lines.txt
get -k https://192.0.2.1/
on "$client" ssh -q -p 22 -i "$work/id" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@192.0.2.1 'seq 200' >/dev/null || echo 'make-sample: ssh did not log in; its banners are captured all the same' >&2
get -m 1 http://192.0.2.1:81/ 2>/dev/null || true
sleep 1
kill "$capture" && wait "$capture" 2>/dev/null || true
tcpdump -nr "$work/sample.pcap" 2>/dev/null | wc -l | sed 's/$/ packets/' >&2
cp "$work/sample.pcap" "$out"
