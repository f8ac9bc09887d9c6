require "uri"

# Replaces the values of the service's own secrets wherever the chunks of a stream are cut. Each stream needs its own.
class RunopsMasking
  MARK = "[SECRET]".b
  BYTES_MIN = 4

  def initialize(values)
    forms = values.flat_map { |value| forms_of(value) }.select { |form| form.bytesize >= BYTES_MIN }
    forms = forms.uniq.sort_by { |form| -form.bytesize }
    @longest = forms.map(&:bytesize).max || 0
    @pattern = Regexp.union(forms) unless forms.empty?
    @held = "".b
  end

  # What may yet become a value is held back.
  def push(chunk)
    return chunk unless @pattern

    text = @held << chunk
    from = [text.bytesize - @longest + 1, 0].max
    # A value that has begun before the cut must not be torn by it.
    text.scan(@pattern) { from = $~.end(0) if $~.begin(0) < from && $~.end(0) > from }
    @held = text.byteslice(from..-1)
    mask(text.byteslice(0, from))
  end

  def finish
    rest = @held
    @held = "".b
    @pattern ? mask(rest) : rest
  end

  private

  def mask(bytes)
    bytes.gsub(@pattern, MARK)
  end

  def forms_of(value)
    bytes = value.b
    value = value.dup.force_encoding("UTF-8").scrub
    encoded = [bytes, URI.encode_www_form_component(value), JSON.generate(value)[1..-2], value.inspect[1..-2]]
    base64 = [0, 1, 2].map { |shift| base64_within(bytes, shift) }
    (encoded + base64 + [bytes.unpack1("H*")]).map(&:b)
  end

  # What the value looks like inside a longer text in base64, without the characters that its neighbours change.
  def base64_within(bytes, shift)
    text = ["\0" * shift + bytes].pack("m0").delete("=")
    skipped = (shift * 8 + 5) / 6
    whole = (shift + bytes.bytesize) * 8 / 6
    text[skipped...whole] || ""
  end
end

# Directories, although their names sound like passwords.
RUNOPS_DIRECTORIES = %w[PWD OLDPWD].freeze

# The values that the environment of the service holds: those that its task definition takes from a secret store, those
# whose name says so, and the passwords inside of addresses.
def runops_secret_values(environment, names, name_pattern)
  telling = Regexp.new(name_pattern, Regexp::IGNORECASE)
  environment.reject { |name, _| RUNOPS_DIRECTORIES.include?(name) }.flat_map do |name, text|
    value = text.b
    password = value[%r{\A[a-z][a-z0-9+.-]*://[^/@\s]*:([^/@\s]+)@}i, 1]
    whole = names.include?(name) || telling.match?(name) ? [value, value.strip, *fields_of(value)] : []
    [*whole, password, password && decoded(password)].compact
  end.uniq
end

# A password may have a percent sign that means itself.
def decoded(text)
  URI.decode_www_form_component(text)
rescue ArgumentError
  text
end

# A secret may be a JSON object, of which a program prints a field.
def fields_of(value)
  parsed = JSON.parse(value)
  parsed.is_a?(Hash) ? parsed.values.grep(String) : []
rescue StandardError
  []
end
