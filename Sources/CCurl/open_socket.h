// The one place where sockets are opened to other machines.
#pragma once
#include "CCurl.h"

// Opens a socket to an address that passes the check, and to no other: what was checked is what is dialled.
curl_socket_t postern_open_socket(postern_address_check check, void *context, curlsocktype purpose,
                                  struct curl_sockaddr *address);
