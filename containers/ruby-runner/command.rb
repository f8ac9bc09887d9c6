require "rbconfig"
require "tmpdir"

# The script as a file that Rails runs, or the words of a command. No shell sees either.
class RunopsCommand
  # What belongs to us is not the script's to see.
  OURS = %w[ECS_CONTAINER_METADATA_URI ECS_CONTAINER_METADATA_URI_V4 RUNOPS_MANIFEST].freeze

  attr_reader :argv

  def initialize(manifest)
    words = manifest["words"]
    return @argv = first_word(words) if words

    @file = write(manifest.fetch("script"))
    @argv = rails + ["runner", @file]
    @metadata = manifest.fetch("environment")
  end

  def environment
    OURS.to_h { |name| [name, nil] }.merge(@metadata || {})
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
