require "rails"
require "active_record/railtie"

class Application < Rails::Application
  config.load_defaults 6.1
  config.eager_load = false
  config.logger = Logger.new(IO::NULL)
  config.secret_key_base = "only for tests"
end
