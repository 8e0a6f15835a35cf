package main

// It runs by "go test" in this folder, as the module is not one of those that "go test ./..." covers.
func Example_sumUp() {
	sumUp()
	// Output: {20 95000} 49995000 <nil>
}
