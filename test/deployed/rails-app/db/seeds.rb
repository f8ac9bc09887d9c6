ActiveRecord::Schema.define do
  create_table(:orders) do |table|
    table.string :customer
    table.integer :cents
  end
end

1.upto(3) { |number| Order.create!(customer: "ação #{number}", cents: number * 1000) }
