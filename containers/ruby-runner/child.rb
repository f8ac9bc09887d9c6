# Runs the command in a process group of its own and hands on what it writes, until it has ended or has to.
class RunopsChild
  # From SIGTERM to SIGKILL, and for what a background process still writes after the end.
  GRACE_SECONDS = 10
  LINGER_SECONDS = 2

  attr_reader :reason, :status

  def initialize(seconds_max)
    @seconds_max = seconds_max
    @reason = nil
  end

  def kill
    @reason ||= "killed"
  end

  def started?
    !@pid.nil?
  end

  # Yields the stream and its bytes; no bytes now and then, so that what is held back gets old. Time is kept beside it,
  # because whoever takes the bytes may take long.
  def run(argv, environment, &take)
    streams = start(argv, environment)
    clock = Thread.new { keep_time }
    follow(streams, &take)
    sleep(0.05) until @status || ended?
  ensure
    clock&.kill
    signal("KILL") if @pid
  end

  private

  def start(argv, environment)
    stdout, out = IO.pipe(binmode: true)
    stderr, err = IO.pipe(binmode: true)
    @pid = Process.spawn(environment, *argv, in: File::NULL, out: out, err: err, pgroup: true)
    [out, err].each(&:close)
    @started = monotonic
    { stdout => :stdout, stderr => :stderr }
  end

  def keep_time
    loop do
      check_time
      sleep(0.1)
    end
  end

  def follow(streams)
    until streams.empty?
      ready, = IO.select(streams.keys, nil, nil, 0.2)
      (ready || []).each { |io| yield streams.fetch(io), read(io, streams) }
      yield :stdout, "".b
      return if @status ? monotonic - @ended > LINGER_SECONDS : ended? && streams.empty?
    end
  end

  def read(io, streams)
    io.read_nonblock(64 * 1024)
  rescue IO::WaitReadable
    "".b
  rescue EOFError
    streams.delete(io)
    "".b
  end

  def check_time
    @reason ||= "timed-out" if monotonic - @started >= @seconds_max && !@status
    return unless @reason && !@status

    signal("TERM") unless @stopped
    @stopped ||= monotonic
    signal("KILL") if monotonic - @stopped >= GRACE_SECONDS
  end

  def ended?
    pid, status = Process.wait2(@pid, Process::WNOHANG)
    return false unless pid

    @ended = monotonic
    @status = status
  end

  def signal(name)
    Process.kill(name, -@pid)
  rescue Errno::ESRCH, Errno::EPERM
    nil
  end

  def monotonic
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
