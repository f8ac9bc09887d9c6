# Collects what the command writes into parts of the ledger's output: frames of a stream number, three zeros, the
# length as 32 bits, and the bytes. A part is stored when it is full or some seconds old.
class RunopsOutput
  STREAMS = { stdout: 1, stderr: 2 }.freeze
  PART_BYTES = 1024 * 1024
  SECONDS = 2
  HEADER_BYTES = 8

  attr_reader :failure

  def initialize(bytes_max, &store)
    @bytes_max = bytes_max
    @store = store
    @part = "".b
    @begun = nil
    @parts = @bytes = @cut_bytes = 0
    @cut = {}
  end

  def write(stream, bytes)
    room = @cut[stream] ? 0 : @bytes_max - @bytes
    kept = bytes.bytesize > room ? whole_lines(bytes.byteslice(0, room)) : bytes
    @cut[stream] = true if kept.bytesize < bytes.bytesize
    @bytes += kept.bytesize
    @cut_bytes += bytes.bytesize - kept.bytesize
    add(stream, kept)
  end

  # To be called often: stores what has waited long enough.
  def flush_if_old
    flush if @begun && monotonic - @begun >= SECONDS
  end

  def finish
    @cut.each_key do |stream|
      add(stream, "\n[output cut: #{@bytes} of #{@bytes + @cut_bytes} bytes kept. Print less, or write it to a file " \
                  "or a bucket.]\n".b)
    end
    flush
    { "parts" => @parts, "bytes" => @bytes, "cutBytes" => @cut_bytes }
  end

  private

  def add(stream, bytes)
    until bytes.empty?
      flush if @part.bytesize + HEADER_BYTES >= PART_BYTES
      piece = bytes.byteslice(0, PART_BYTES - @part.bytesize - HEADER_BYTES)
      bytes = bytes.byteslice(piece.bytesize..-1)
      @begun ||= monotonic
      @part << [STREAMS.fetch(stream), 0, 0, 0, piece.bytesize].pack("CCCCN") << piece
    end
  end

  # What could not be stored is said in the result; the command goes on.
  def flush
    return if @part.empty?

    @store.call(@parts + 1, @part) unless @failure
    @parts += 1 unless @failure
  rescue StandardError => error
    @failure = "#{error.class}: #{error.message}"
  ensure
    @part = "".b
    @begun = nil
  end

  def whole_lines(bytes)
    at = bytes.rindex("\n")
    at ? bytes.byteslice(0, at + 1) : bytes
  end

  def monotonic
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
