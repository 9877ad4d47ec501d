// Signs requests to Postern itself as programs do: HMAC-SHA256 over method, path, time, nonce and body.

#include "tlsload.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DIGEST = 32 };

static void write_hex(char *text, const uint8_t *bytes, size_t size) {
    for (size_t index = 0; index < size; index++)
        sprintf(text + 2 * index, "%02x", bytes[index]);
}

static void digest(const char *text, uint8_t *found) {
    EVP_Digest(text, strlen(text), found, NULL, EVP_sha256(), NULL);
}

size_t sign_request(char *fields, size_t room) {
    static const char purpose[] = "alter-signing-v1";
    uint8_t key[DIGEST], bytes[DIGEST];
    char nonce[33], body[2 * DIGEST + 1], signature[2 * DIGEST + 1], text[2048];
    HMAC(EVP_sha256(), options.key, (int)strlen(options.key), (const uint8_t *)purpose, sizeof purpose - 1, key, NULL);
    RAND_bytes(bytes, 16);
    write_hex(nonce, bytes, 16);
    digest(options.body ? options.body : "", bytes);
    write_hex(body, bytes, DIGEST);
    long long now = (long long)time(NULL);
    int size = snprintf(text, sizeof text, "%s\n%s\n%lld\n%s\n%s\n", options.body ? "POST" : "GET", options.target, now,
                        nonce, body);
    HMAC(EVP_sha256(), key, DIGEST, (const uint8_t *)text, (size_t)size, bytes, NULL);
    write_hex(signature, bytes, DIGEST);
    return (size_t)snprintf(fields, room,
                            "x-api-key: %s\r\nX-Alter-Timestamp: %lld\r\nX-Alter-Nonce: %s\r\n"
                            "X-Alter-Content-SHA256: %s\r\nX-Alter-Signature: %s\r\nContent-Type: application/json\r\n",
                            options.key, now, nonce, body, signature);
}
