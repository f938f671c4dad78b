// Reassembles the TCP streams of a capture with libtins and counts connections and bytes.
//   c++ -O2 tins.cpp -ltins && ./a.out FILE
#include <tins/tcp_ip/stream_follower.h>
#include <tins/tins.h>

#include <cstdio>

using Tins::TCPIP::Stream;
using Tins::TCPIP::StreamFollower;

int main(int argc, char **argv) {
  if (argc != 2) return 1;
  unsigned long connections = 0, bytes = 0;
  StreamFollower follower;
  follower.new_stream_callback([&](Stream &stream) {
    connections++;
    stream.client_data_callback([&](Stream &s) { bytes += s.client_payload().size(); });
    stream.server_data_callback([&](Stream &s) { bytes += s.server_payload().size(); });
  });
  Tins::SnifferConfiguration configuration;
  configuration.set_filter("tcp");
  Tins::FileSniffer sniffer(argv[1], configuration);
  for (auto &packet : sniffer) follower.process_packet(packet);
  std::printf("%lu %lu\n", connections, bytes);
  return 0;
}
