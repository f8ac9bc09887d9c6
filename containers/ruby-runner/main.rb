# Runs one task in a fresh container of the customer's own service. What it has to know is in the manifest, which
# the dispatcher wrote; `docs/rails-on-ecs.md` tells the whole story.
class RunopsTask
  # Where the first process of the container passes no signal on, this is how a kill is noticed.
  KILL_SECONDS = 5

  def initialize(manifest)
    @manifest = manifest
    @s3 = RunopsS3.new(manifest.fetch("credentials"), manifest.fetch("region"))
    @child = RunopsChild.new(manifest.fetch("runSecondsMax"))
    %w[TERM INT HUP].each { |name| Signal.trap(name) { @child.kill } }
  end

  def run
    @started_at = now
    return unless claim

    @result = ended("lost", nil, "The runner ended before the command did.")
    execute unless killed?
  rescue StandardError => error
    raise unless @result

    @result = failed("#{error.class}: #{error.message}")
  ensure
    @s3.create(record("work", "result"), JSON.generate(@result.merge("endedAt" => now))) if @result
  end

  private

  # The permanent claim: true for exactly one container, ever, and for none after the deadline.
  def claim
    return refuse if @started_at >= @manifest.fetch("startBefore")

    claim = { "by" => "runner", "launchId" => launch_id, "startedAt" => @started_at }
    @s3.create(record("executions", "started"), JSON.generate(claim))
  end

  def refuse
    message = "The command was not started: its container started after the last moment that was allowed, when its " \
              "start deadline or the token of its user ended. Run the task again."
    result = { "reason" => "rejected", "exitCode" => nil, "message" => message, "startedAt" => nil, "endedAt" => now,
               "output" => { "parts" => 0, "bytes" => 0, "cutBytes" => 0 } }
    first = @s3.create(record("executions", "started"), JSON.generate("by" => "nobody", "result" => result))
    @s3.create(record("work", "result"), JSON.generate(result)) if first
    false
  end

  # Whoever asks for a kill writes `kill` and then looks for `started`, which is there by now: one of us sees it.
  def killed?
    return false unless @child.reason || @s3.exist?(record("work", "kill"))

    none = { "parts" => 0, "bytes" => 0, "cutBytes" => 0 }
    @result = ended("killed", nil, "The command was killed before it started.").merge("output" => none)
  end

  def execute
    output = RunopsOutput.new(@manifest.fetch("outputBytesMax")) { |part, bytes| store(part, bytes) }
    masks = { stdout: mask, stderr: mask }
    command = RunopsCommand.new(@manifest)
    watcher = Thread.new { watch_for_kill }
    @child.run(command.argv, command.environment) do |stream, bytes|
      output.write(stream, masks.fetch(stream).push(bytes)) unless bytes.empty?
      output.flush_if_old
    end
    masks.each { |stream, rest| output.write(stream, rest.finish) }
    @result = ended(*how_it_ended).merge("output" => output.finish)
    say_what_is_missing(output.failure) if output.failure
  ensure
    watcher&.kill
    command&.remove
  end

  def watch_for_kill
    loop do
      sleep(KILL_SECONDS)
      @child.kill if @s3.exist?(record("work", "kill"))
    rescue StandardError
      nil # The next look may go well.
    end
  end

  def failed(cause)
    return ended("rejected", nil, "agent failed to run command: #{cause}") unless @child.started?

    ended("lost", nil, "The task was started, but its end is unknown: #{cause}. Check what it did before you run it " \
                       "again.")
  end

  def how_it_ended
    status = @child.status
    code = status.exitstatus || 128 + status.termsig
    case @child.reason
    when "killed" then ["killed", nonzero(code), "The command was killed before it ended."]
    when "timed-out"
      seconds = @manifest.fetch("runSecondsMax")
      message = "The command ran for #{seconds} seconds, the longest that is allowed, and was stopped."
      ["timed-out", nonzero(code), message]
    else ["exited", code, status.signaled? ? "The command was ended by the signal #{status.termsig}." : nil]
    end
  end

  # A command that was asked to stop and then ended well did not do what it was started for.
  def nonzero(code)
    code.zero? ? nil : code
  end

  def say_what_is_missing(failure)
    sentence = "Some of the output could not be stored: #{failure}"
    @result["message"] = [@result["message"], sentence].compact.join(" ")
  end

  def ended(reason, exit_code, message)
    { "reason" => reason, "exitCode" => exit_code, "message" => message, "startedAt" => @started_at,
      "output" => { "parts" => nil, "bytes" => 0, "cutBytes" => 0 } }
  end

  def mask
    RunopsMasking.new(runops_secret_values(ENV.to_h, @manifest.fetch("secretNames"), @manifest.fetch("secretPattern")))
  end

  def store(part, bytes)
    @s3.put("#{@manifest.fetch("outputAddress")}/#{part.to_s.rjust(6, "0")}", bytes)
  end

  def record(folder, name)
    "#{@manifest.fetch("ledgerAddress")}/#{folder}/#{@manifest.fetch("executionId")}/#{name}"
  end

  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html
  def launch_id
    address = ENV["ECS_CONTAINER_METADATA_URI_V4"] or raise "ECS_CONTAINER_METADATA_URI_V4 is not set"
    JSON.parse(Net::HTTP.get(URI("#{address}/task"))).fetch("TaskARN")
  end

  def now
    (Time.now.to_f * 1000).round
  end
end

RunopsTask.new(manifest).run
