require "json"
require "net/http"
manifest = nil
5.times do |n|
  answer = Net::HTTP.get_response(URI(ENV["RUNOPS_MANIFEST"]))
  break manifest = JSON.parse(answer.body) if answer.code == "200"
  break if answer.code[0] == "4"
  raise
rescue
  sleep n
end
abort "runops: there is no task" unless manifest
eval manifest["program"]
