require "rbconfig"
require "tmpdir"

# The script as a file that Rails runs, or the words of a command. No shell sees either.
class RunopsCommand
  # What belongs to us is not the script's to see. A server of Spring would outlive the script, and run it elsewhere.
  CHANGES = {
    "ECS_CONTAINER_METADATA_URI" => nil, "ECS_CONTAINER_METADATA_URI_V4" => nil, "RUNOPS_MANIFEST" => nil,
    "DISABLE_SPRING" => "1"
  }.freeze

  attr_reader :argv, :environment

  def initialize(manifest)
    @environment = CHANGES.merge(manifest.fetch("environment"))
    words = manifest["words"]
    return @argv = first_word(words) if words

    @file = write(manifest.fetch("script"))
    @argv = rails + ["runner", @file]
  end

  def remove
    File.delete(@file) if @file && File.exist?(@file)
  end

  private

  # A single string would go through a shell.
  def first_word(words)
    [[words.first, words.first], *words.drop(1)]
  end

  def rails
    File.file?("bin/rails") ? [[RbConfig.ruby, RbConfig.ruby], "bin/rails"] : [%w[bundle bundle], "exec", "rails"]
  end

  def write(script)
    path = File.join(Dir.tmpdir, "runops-#{SecureRandom.hex(8)}.rb")
    File.open(path, File::WRONLY | File::CREAT | File::EXCL, 0o600) { |file| file.write(script) }
    path
  end
end
