"""nginx twice: as the TLS origin, and as the proxy Postern is compared with."""

import os
import process
import scratch

_COMMON = """
daemon off; worker_processes 1; worker_rlimit_nofile 65536;
{user} pid {directory}/{name}.pid; error_log {directory}/logs/{name}.error warn;
events {{ worker_connections 16384; multi_accept on; }}
http {{
  default_type application/octet-stream; access_log off; server_tokens off;
  client_body_temp_path {directory}/temp/{name}-body; proxy_temp_path {directory}/temp/{name}-proxy;
  fastcgi_temp_path {directory}/temp/{name}-fcgi; uwsgi_temp_path {directory}/temp/{name}-uwsgi;
  scgi_temp_path {directory}/temp/{name}-scgi;
  sendfile on; tcp_nopush on; tcp_nodelay on;
  keepalive_timeout 3600s; keepalive_requests 100000000;
  {body}
}}
"""

_ORIGIN = """
  ssl_certificate {directory}/origin.pem; ssl_certificate_key {directory}/origin.key;
  ssl_protocols TLSv1.3; ssl_session_cache shared:tls:4m;
  root {directory}/www; open_file_cache max=16; open_file_cache_valid 3600s;
  server {{ listen 127.0.0.1:{ports.origin} ssl backlog=4096; server_name {names.ORIGIN_NAME}; {locations} }}
  server {{ listen 127.0.0.1:{ports.origin} ssl; server_name {names.OPEN_NAME}; }}
  server {{ listen 127.0.0.1:{ports.h2_origin} ssl http2 backlog=4096; {locations} }}
"""

# A request without our credential is an error the load generator counts. What is below /gzip/ comes compressed, even
# when nobody asked for that.
_ORIGIN_LOCATIONS = """
    if ($http_authorization != "Bearer {names.SECRET}") {{ return 401; }}
    location /gzip/ {{ add_header Content-Encoding gzip; }}
"""

# What a careful administrator would write for the same job: credential replaced, upstream verified and kept alive.
_PROXY = """
  log_format audit escape=json '{{"@timestamp":"$time_iso8601","id":"$request_id","agent":"$remote_user",'
    '"client":"$remote_addr","method":"$request_method","host":"$host","path":"$uri","status":$status,'
    '"request_bytes":$request_length,"response_bytes":$bytes_sent,"seconds":$request_time,'
    '"upstream":"$upstream_addr","upstream_seconds":"$upstream_response_time"}}';
  upstream origin {{ server 127.0.0.1:{ports.origin}; keepalive 2048; keepalive_requests 100000000; }}
  upstream stream {{ server 127.0.0.1:{ports.stream}; keepalive 16; }}
  proxy_http_version 1.1;
  proxy_ssl_trusted_certificate {directory}/ca.pem; proxy_ssl_verify on; proxy_ssl_verify_depth 2;
  proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.3;
  proxy_max_temp_file_size 0;
  ssl_certificate {directory}/origin.pem; ssl_certificate_key {directory}/origin.key;
  ssl_protocols TLSv1.3; ssl_session_cache off; ssl_session_tickets off;
  server {{ {locations}
    listen 127.0.0.1:{ports.nginx} backlog=4096; listen 127.0.0.1:{ports.nginx_tls} ssl http2 backlog=4096; }}
  server {{ {locations} access_log {directory}/logs/nginx.access audit;
    listen 127.0.0.1:{ports.logged} backlog=4096; listen 127.0.0.1:{ports.logged_tls} ssl http2 backlog=4096; }}
"""

_LOCATION = """
    location {prefix} {{ proxy_pass https://{upstream}; proxy_ssl_name {host}; proxy_set_header Host {host};
      proxy_set_header Connection ""; proxy_set_header Proxy-Authorization "";
      proxy_set_header Authorization "Bearer {secret}"; {more} }}
"""


def _start(directory, name, body, cpu, port):
    """Writes the configuration, starts nginx in the foreground of this session and waits for the port."""
    path = os.path.join(directory, f"{name}.conf")
    with open(path, "w") as file:
        file.write(_COMMON.format(user="user root;" if os.geteuid() == 0 else "", directory=directory, name=name,
                                  body=body))
    log = os.path.join(directory, "logs", f"{name}.out")
    nginx = process.start(["nginx", "-c", path, "-e", log], cpu, log)
    process.wait_for_port(port, nginx, log)
    return nginx


def start_origin(directory, ports):
    """The origin, beside the load generator."""
    locations = _ORIGIN_LOCATIONS.format(names=scratch)
    body = _ORIGIN.format(ports=ports, names=scratch, directory=directory, locations=locations)
    return _start(directory, "origin", body, process.LOAD_CPU, ports.origin)


def start_proxy(directory, ports):
    """The proxy: a pair of ports without an access log (the figure to compare with), a pair that writes it."""
    locations = _LOCATION.format(prefix="/", upstream="origin", host=scratch.ORIGIN_NAME, secret=scratch.SECRET,
                                 more="")
    locations += _LOCATION.format(prefix="/sse", upstream="stream", host=scratch.STREAM_NAME, secret=scratch.SECRET,
                                  more="proxy_buffering off;")
    body = _PROXY.format(ports=ports, directory=directory, locations=locations)
    return _start(directory, "nginx", body, process.PROXY_CPU, ports.nginx)
