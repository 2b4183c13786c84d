/// The shape in which convolutions take samples: images as they are, the row of a table as an image of one column and one
/// channel, along which windows go.
func imageShape(of featureShape: [Int]) -> [Int] {
  featureShape.count == 3 ? featureShape : [featureShape.reduce(1, *), 1, 1]
}
