#pragma once

namespace vigie::net {

class EventStream;
class Headers;
class HttpClient;
class HttpServer;
class Stream;
struct HttpLimits;
struct HttpOptions;
struct HttpPhases;
struct HttpReply;
struct HttpRequest;
struct ServerLimits;
struct TlsSettings;
struct Url;

}  // namespace vigie::net
