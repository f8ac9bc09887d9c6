require "digest"
require "openssl"
require "securerandom"

# Reads and writes the ledger's objects with nothing but Ruby's own library: the image is the customer's, and what
# else it has is not known. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
class RunopsS3
  TRIES = 6
  PASSING = %w[409 429 500 502 503 504].freeze

  def initialize(credentials, region)
    @credentials = credentials
    @region = region
  end

  # True when the object was created by this very call, false when it was there before.
  def create(address, text)
    writer = SecureRandom.uuid
    answer = request(Net::HTTP::Put, address, text, "if-none-match" => "*", "x-amz-meta-writer" => writer)
    return true if answer.code == "200"
    raise "S3 answered #{answer.code}" unless answer.code == "412"

    # The first answer may have been lost.
    request(Net::HTTP::Head, address)["x-amz-meta-writer"] == writer
  end

  def put(address, bytes)
    answer = request(Net::HTTP::Put, address, bytes)
    raise "S3 answered #{answer.code}" unless answer.code == "200"
  end

  # Whoever may not list gets 403 for what is not there.
  def exist?(address)
    request(Net::HTTP::Head, address).code == "200"
  end

  private

  def request(kind, address, body = "", headers = {})
    uri = URI(address)
    TRIES.times do |attempt|
      answer = send_once(kind, uri, body, headers)
      return answer unless PASSING.include?(answer.code) && attempt < TRIES - 1

      sleep(0.2 * 2**attempt)
    rescue SystemCallError, SocketError, Timeout::Error, OpenSSL::SSL::SSLError, EOFError
      raise if attempt == TRIES - 1

      sleep(0.2 * 2**attempt)
    end
  end

  def send_once(kind, uri, body, headers)
    options = { use_ssl: uri.scheme == "https", open_timeout: 10, read_timeout: 60, write_timeout: 60 }
    call = kind.new(uri.request_uri)
    sign(call, uri, body, headers).each { |name, value| call[name] = value }
    call.body = body if call.request_body_permitted?
    Net::HTTP.start(uri.host, uri.port, options) { |http| http.request(call) }
  end

  def sign(call, uri, body, headers)
    now = Time.now.utc.strftime("%Y%m%dT%H%M%SZ")
    host = uri.port == uri.default_port ? uri.host : "#{uri.host}:#{uri.port}"
    signed = headers.merge(
      "host" => host,
      "x-amz-content-sha256" => Digest::SHA256.hexdigest(body),
      "x-amz-date" => now,
      "x-amz-security-token" => @credentials.fetch("sessionToken")
    ).sort.to_h
    names = signed.keys.join(";")
    lines = signed.map { |name, value| "#{name}:#{value}\n" }.join
    canonical = [call.method, uri.path, "", lines, names, signed.fetch("x-amz-content-sha256")].join("\n")
    scope = "#{now[0, 8]}/#{@region}/s3/aws4_request"
    text = ["AWS4-HMAC-SHA256", now, scope, Digest::SHA256.hexdigest(canonical)].join("\n")
    signature = hmac_hex(key(now[0, 8]), text)
    signed.merge(
      "authorization" => "AWS4-HMAC-SHA256 Credential=#{@credentials.fetch("accessKeyId")}/#{scope}, " \
                         "SignedHeaders=#{names}, Signature=#{signature}",
      "content-type" => "application/octet-stream"
    )
  end

  def key(date)
    secret = "AWS4#{@credentials.fetch("secretAccessKey")}"
    [date, @region, "s3", "aws4_request"].reduce(secret) { |made, part| OpenSSL::HMAC.digest("sha256", made, part) }
  end

  def hmac_hex(key, text)
    OpenSSL::HMAC.hexdigest("sha256", key, text)
  end
end
